"""A score over HTTP: who may see it, by which consent, and what is left in the audit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from world import CHENGDU, GUILIN, LIUZHOU, SANDBOX, World, load_facts

from api.store.tables import AccessRow


def _trail(world: World, action: str) -> list[Any]:
    with world.store.session() as session:
        asked = select(
            AccessRow.outcome, AccessRow.institution, AccessRow.purpose, AccessRow.consent, AccessRow.release
        )
        return list(session.execute(asked.where(AccessRow.action == action).order_by(AccessRow.number)))


def test_a_bank_reads_a_score_by_consent_and_the_read_is_recorded(either: World) -> None:
    consent = either.consent("bank program", LIUZHOU)
    answer = either.score("bank program", LIUZHOU, **{"Consent-Id": consent})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["uscc"] == LIUZHOU
    assert found["assessments"]["tech_sme"]["verdict"] == "pass"
    assert found["issuer"]["name"]
    assert "仅供参考" in found["notice"]["zh"]
    assert "For reference" in found["notice"]["en"]
    assert (found["use"]["purpose"], found["use"]["consent"]) == ("loan_review", consent)
    assert found["use"]["onward_transfer"] == "forbidden"
    assert _trail(either, "score.read") == [
        ("ok", either.institutions["bank"], "loan_review", consent, found["release"]["id"])
    ]


def test_the_same_question_gets_the_bytes_that_were_kept(either: World) -> None:
    consent = either.consent("bank program", LIUZHOU)
    answers = {either.score("bank program", LIUZHOU, **{"Consent-Id": consent}).content for _ in range(3)}
    assert len(answers) == 1
    assert len(_trail(either, "score.read")) == 3


def test_without_consent_a_bank_gets_public_facts_only(world: World) -> None:
    answer = world.score("bank program", LIUZHOU)
    found = answer.json()
    assert (answer.status_code, found["code"], found["reason"]) == (403, "consent_required", "not_stated")
    assert found["public_facts"]["enterprise"]["uscc"] == LIUZHOU
    assert found["public_facts"]["enterprise"]["region_code"] == "450200", "a code is text, as in a dossier"
    assert set(found["public_facts"]) <= {"enterprise", "certificates", "zone_memberships"}
    assert "42000000" not in answer.text
    assert found["issuer"]["name"]
    assert _trail(world, "score.read")[0][:3] == ("consent_required", world.institutions["bank"], "loan_review")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valid_from": "2020-01-01", "valid_to": "2020-12-31"}, "expired"),
        ({"valid_from": "2098-01-01"}, "not_yet"),
        ({"purposes": ["post_loan"]}, "other_purpose"),
    ],
)
def test_a_consent_that_does_not_stand_opens_nothing(world: World, changes: dict[str, Any], reason: str) -> None:
    consent = world.consent("bank program", LIUZHOU, **changes)
    found = world.score("bank program", LIUZHOU, **{"Consent-Id": consent}).json()
    assert (found["code"], found["reason"]) == ("consent_required", reason)


def test_a_consent_of_another_bank_or_enterprise_opens_nothing(world: World) -> None:
    consent = world.consent("bank program", LIUZHOU)
    assert world.score("other bank program", LIUZHOU, **{"Consent-Id": consent}).json()["reason"] == "never"
    assert world.score("bank program", GUILIN, **{"Consent-Id": consent}).json()["reason"] == "never"


def test_a_withdrawn_consent_ends_at_once(either: World) -> None:
    consent = either.consent("bank program", LIUZHOU)
    assert either.score("bank program", LIUZHOU, **{"Consent-Id": consent}).status_code == 200
    address = f"/v1/enterprises/{LIUZHOU}/consents/{consent}/withdrawal"
    answer = either.client.post(address, json={"reason": "不再需要"}, headers=either.headers("enterprise"))
    assert answer.status_code == 200, answer.text
    found = either.score("bank program", LIUZHOU, **{"Consent-Id": consent}).json()
    assert (found["code"], found["reason"]) == ("consent_required", "withdrawn")


def test_a_consent_for_some_facts_withholds_the_others(world: World) -> None:
    consent = world.consent("bank program", LIUZHOU, scope=["intellectual_property"])
    found = world.score("bank program", LIUZHOU, **{"Consent-Id": consent}).json()
    assert found["assessments"]["tech_sme"]["verdict"] == "undetermined"
    states = {one["fact"].partition("/")[0]: one["state"] for one in found["missing"]}
    assert states["annual_report"] == "withheld"
    whole = world.consent("bank program", LIUZHOU)
    assert (
        world.score("bank program", LIUZHOU, **{"Consent-Id": whole}).json()["assessments"]["tech_sme"]["verdict"]
        == "pass"
    )


def test_what_a_bank_brought_is_seen_by_it_alone_unless_the_enterprise_consents_in_writing(world: World) -> None:
    event = {"kind": "loan_default", "occurred_on": "2026-05-01", "severity": "major"}
    brought = {"enterprise": {"uscc": LIUZHOU}, "events": [event]}
    address = f"/v1/enterprises/{LIUZHOU}/facts"
    told = [world.client.post(address, json=brought, headers=world.headers("bank program")).json() for _ in range(2)]
    assert [one["already"] for one in told] == [False, True]
    assert told[0]["owner"] == world.institutions["bank"]
    wrong = {"enterprise": {"uscc": GUILIN}, "events": [event]}
    assert world.client.post(address, json=wrong, headers=world.headers("bank program")).status_code == 422
    own, other = world.consent("bank program", LIUZHOU), world.consent("other bank program", LIUZHOU)
    first = world.score("bank program", LIUZHOU, **{"Consent-Id": own}).json()
    second = world.score("other bank program", LIUZHOU, **{"Consent-Id": other}).json()
    assert first["decision"] != second["decision"]
    private = f"private/{world.institutions['bank']}"
    given = {
        "recipient": world.institutions["other bank"],
        "purposes": ["loan_review"],
        "scope": ["all", private],
        "valid_from": "2020-01-01",
        "valid_to": "2099-12-31",
        "evidence": "sha256:" + "6" * 64,
        "written": True,
    }
    address, headers = f"/v1/enterprises/{LIUZHOU}/consents", world.headers("enterprise")
    opened = world.client.post(address, json=given, headers=headers).json()["id"]
    shared = world.score("other bank program", LIUZHOU, **{"Consent-Id": opened}).json()
    assert shared["decision"] == first["decision"]
    spoken = world.client.post(address, json={**given, "written": False}, headers=headers)
    assert spoken.status_code == 422
    (wrong_part,) = spoken.json()["errors"]
    assert wrong_part["field"] == "written"
    assert "第二十九条" in wrong_part["rule"]
    taken = world.client.post(address, json={**given, "recipient": None}, headers=world.headers("other bank program"))
    assert taken.status_code == 422


def test_a_bank_that_brings_a_grade_for_which_no_rule_asks_hears_of_it(world: World) -> None:
    brought = {"enterprise": {"uscc": LIUZHOU}, "expert_grades": {"hte.ip_advancemnt": 7, "hte.ip_support": 7}}
    told = world.client.post(
        f"/v1/enterprises/{LIUZHOU}/facts", json=brought, headers=world.headers("bank program")
    ).json()
    (note,) = told["notes"]
    assert "hte.ip_advancemnt" in note["zh"]
    assert "hte.ip_advancement" in note["zh"], "the one that was meant"


def test_of_other_facts_a_bank_may_register_a_consent_that_is_not_in_writing(world: World) -> None:
    """征信业管理条例 asks for writing in its article 29 only, of a lender's credit information."""
    spoken = world.consent("bank program", LIUZHOU, written=False)
    found = world.score("bank program", LIUZHOU, **{"Consent-Id": spoken})
    assert found.status_code == 200
    listed = world.client.get(f"/v1/enterprises/{LIUZHOU}/consents", headers=world.headers("bank program")).json()
    assert {one["id"]: one["written"] for one in listed["items"]}[spoken] is False


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("park staff", {LIUZHOU}),
        ("officer", {LIUZHOU}),
        ("guilin staff", {GUILIN}),
        ("authority", {LIUZHOU, GUILIN}),
        ("authority of sichuan", {CHENGDU}),
        ("regulator", {LIUZHOU, GUILIN, CHENGDU}),
        ("enterprise", {LIUZHOU}),
        ("other enterprise", {GUILIN}),
    ],
)
def test_everybody_reads_within_their_scope(world: World, who: str, sees: set[str]) -> None:
    purpose = "own" if "enterprise" in who else "statistics" if who != "officer" else "pool_selection"
    for code in (LIUZHOU, GUILIN, CHENGDU, SANDBOX):
        answer = world.score(who, code, purpose)
        assert answer.status_code == (200 if code in sees else 404), (code, answer.text)
    listed = world.client.get("/v1/enterprises", headers=world.headers(who)).json()["items"]
    assert {one["uscc"] for one in listed} == sees


def test_a_sandbox_program_sees_sandbox_enterprises_only(world: World) -> None:
    consent = world.consent("sandbox program", SANDBOX)
    assert world.score("sandbox program", SANDBOX, **{"Consent-Id": consent}).status_code == 200
    assert world.score("sandbox program", LIUZHOU, **{"Consent-Id": consent}).status_code == 404
    assert world.score("bank program", SANDBOX, **{"Consent-Id": consent}).status_code == 404


@pytest.mark.parametrize("who", ["auditor", "administrator", "engineer"])
def test_who_runs_the_service_sees_no_enterprise(world: World, who: str) -> None:
    assert world.score(who, LIUZHOU, "statistics").json()["code"] == "forbidden"


def test_a_read_states_its_purpose_and_only_one_of_its_role(world: World) -> None:
    headers = world.headers("park staff")
    address = f"/v1/enterprises/{LIUZHOU}/score"
    assert world.client.get(address, headers=headers).json()["code"] == "purpose_required"
    assert world.client.get(address, headers={**headers, "Purpose": "curiosity"}).json()["code"] == "purpose_required"
    assert (
        world.client.get(address, headers={**headers, "Purpose": "post_loan"}).json()["code"] == "purpose_not_allowed"
    )


def test_an_unknown_enterprise_and_one_of_others_look_alike(world: World) -> None:
    nobody = "91450200MA00000151"
    answers = [world.score("park staff", code, "statistics") for code in (nobody, GUILIN)]
    for answer in answers:
        assert answer.status_code == 404
    assert answers[0].json() == answers[1].json()


def test_an_answer_of_a_day_is_not_changed_by_what_is_loaded_for_another_reader(world: World, tmp_path: Any) -> None:
    first = world.score("park staff", LIUZHOU, "statistics").content
    brought = {"enterprise": {"uscc": LIUZHOU}, "events": [{"kind": "fraud", "occurred_on": "2026-05-01"}]}
    load_facts(world.store, tmp_path, [brought], owner=world.institutions["bank"])
    assert world.score("park staff", LIUZHOU, "statistics").content == first


def test_the_audit_names_no_person(world: World) -> None:
    world.score("park staff", LIUZHOU, "statistics")
    with world.store.session() as session:
        actors = set(session.scalars(select(AccessRow.actor).where(AccessRow.action == "score.read")))
    assert actors == {world.people["park staff"]}
