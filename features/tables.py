"""The eight fact tables (contract §1). Names are fixed; Chinese headers are the ones that offices use."""

from __future__ import annotations

from features.kinds import NEVER, Choice, Day, Flag, Grade, Heads, Kind, Money, Number, Rate, Text
from features.schema import Field, Reading, Table

ASSUMED, NOT = Reading.ASSUMED_NOT, Reading.NOT


def _money(zh: str, *aliases: str, signed: bool = False, torch: tuple[str, ...] = ()) -> Field:
    return Field(Money(lo=-(10**14) if signed else 0), zh, aliases, torch=torch)


def _heads(zh: str, *aliases: str, places: int = 0, torch: tuple[str, ...] = ()) -> Field:
    return Field(Heads(places=places), zh, aliases, torch=torch)


def _choice(zh: str, values: dict[str, str], *aliases: str) -> Field:
    spellings = {spelling: value for value, text in values.items() for spelling in text.split("|")}
    return Field(Choice(values=tuple(values), zh=spellings), zh, aliases)


def _open_day(zh: str, *aliases: str) -> Field:
    """A date whose absence states that it has not come: not ended, not revoked."""
    return Field(Day(none=True), zh, aliases, absent=NOT, null=NOT, negative=NEVER)


LEVELS = {
    "international": "国际|国际级",
    "national": "国家|国家级",
    "industry": "行业|行业级",
    "provincial": "省级|省部级|自治区级|省|部级",
    "municipal": "市级|设区市级|市",
    "below_municipal": "市级以下|县级|区级",
}


class Enterprise(Table):
    """企业基本信息, one row an enterprise."""

    id, key, zh = "enterprise", "enterprise", "企业基本信息"
    aliases = ("企业", "基本信息", "企业信息", "企业名单")
    is_list = False

    name = Field(Text(), "企业名称", ("单位名称", "名称", "公司名称"))
    established_on = Field(Day(), "成立日期", ("注册日期", "成立时间", "注册时间", "登记日期"))
    region_code = Field(Number(lo=0, hi=999_999), "行政区划代码", ("所在地区代码", "区划代码", "地区代码"))
    park = Field(Text(), "所在高新区", ("所属园区", "园区", "高新区"), null=NOT)
    zone_type = _choice(
        "园区类型", {"htz": "高新区|高新技术产业开发区", "etz": "经开区|经济技术开发区", "none": "无|不在园区内"}
    )
    zone_level = _choice("园区级别", {"national": "国家级|国家", "provincial": "省级|自治区级|省"})
    industry_code = Field(Text(longest=8), "国民经济行业代码", ("行业代码", "所属行业代码", "行业"))
    industry_code_edition = Field(Number(lo=2002, hi=2100), "行业分类版本", ("行业代码版本",))
    technology_field = _choice(
        "技术领域",
        {
            "outside": "无|不属于|不在领域内",
            "electronic_information": "电子信息",
            "biology_new_medicine": "生物与新医药",
            "aerospace": "航空航天",
            "new_materials": "新材料",
            "high_tech_services": "高技术服务",
            "new_energy_saving": "新能源与节能",
            "resources_environment": "资源与环境",
            "advanced_manufacturing": "先进制造与自动化",
        },
        "所属技术领域",
        "高新技术领域",
    )
    strategic_emerging = Field(Flag(), "战略性新兴产业", ("是否战略性新兴产业", "是否战新"))
    listed_on = Field(Day(none=True), "上市日期", ("上市时间",), null=NOT, negative=NEVER)
    listing_board = Field(Text(), "上市板块")
    delisted_on = Field(Day(none=True), "退市日期", absent=ASSUMED, negative=NEVER)
    audit_based_tax = Field(Flag(), "查账征收", ("是否查账征收", "查帐征收"))
    restricted_industry = Field(Flag(), "限制淘汰类行业", ("是否限制类或淘汰类",), absent=ASSUMED)
    excluded_kind = Field(
        Choice(
            values=("none", "branch", "sales_company", "trading_company", "large_group_base", "monopoly_sector"),
            zh={
                "分公司": "branch",
                "销售公司": "sales_company",
                "贸易公司": "trading_company",
                "大型集团生产基地": "large_group_base",
                "垄断行业": "monopoly_sector",
            },
            none=True,
        ),
        "排除类型",
        absent=ASSUMED,
    )
    status = Field(Text(), "登记状态", ("经营状态",))
    deregistered_on = _open_day("注销日期")
    sector_tags = Field(Text(), "产业标签")


_ZONE_TYPE = Enterprise.zone_type.kind
assert isinstance(_ZONE_TYPE, Choice)
NO_ZONE = _ZONE_TYPE.code("none")
"""Zone type of who is in no zone."""


class AnnualReport(Table):
    """年度财务与人员, one row an enterprise and fiscal year."""

    id, key, zh = "annual_report", "annual_reports", "年度数据"
    aliases = ("年报", "年度报告", "财务数据", "年度财务", "年度指标", "经营数据")
    identity = ("fiscal_year",)

    fiscal_year = Field(Number(lo=1949, hi=2199), "会计年度", ("年度", "年份", "所属年度", "统计年度"))
    revenue = _money("营业收入", "营业总收入")
    main_business_revenue = _money("主营业务收入")
    sales_revenue = _money("销售收入")
    total_income = _money("总收入", "收入总额")
    hitech_income = _money("高新技术产品(服务)收入", "高新技术产品收入", "高新产品收入", "高品收入")
    main_product_hitech_income = _money("主要产品(服务)高新收入", "主要产品收入")
    leading_product_revenue = _money("主导产品收入", "主导产品营业收入")
    total_cost_expense = _money("成本费用支出总额", "成本费用总额", "成本费用")
    operating_profit = _money("营业利润", signed=True)
    total_profit = _money("利润总额", signed=True)
    net_profit = _money("净利润", signed=True)
    tax_paid = _money("实际上缴税费", "上缴税费", "纳税额", "缴税总额")
    total_assets = _money("资产总额", "资产总计", "总资产")
    total_liabilities = _money("负债总额", "负债合计", "总负债")
    rd_expense = _money("研发费用", "研究开发费用", "研发投入", "研发经费")
    rd_expense_domestic = _money("境内研发费用", "中国境内研发费用")
    rd_expense_deduction = _money("加计扣除口径研发费用", "研发费用(加计扣除口径)")
    rd_expense_hte = _money("高企口径研发费用", "研发费用(高企口径)")
    rd_expense_hte_domestic = _money("高企口径境内研发费用", "境内研发费用(高企口径)")
    rd_expense_province = _money("省内研发费用")
    st_activity_expense = _money("科技活动经费", "科技活动费用")
    rd_deduction_tax_relief = _money("研发费用加计扣除所得税减免额", "加计扣除减免税额", torch=("qc20_2",))
    hte_tax_relief = _money("高新技术企业所得税减免额", torch=("qc20_1",))
    rd_super_deduction = Field(Flag(), "享受加计扣除", ("是否享受研发费用加计扣除",))
    tech_contract_value = _money("技术合同成交额", "技术合同额")
    employees = _heads("职工总数", "从业人员", "从业人员数", "员工总数", "职工人数", "从业人数")
    employees_quarterly_avg = _heads("职工总数(季度平均)", "季平均职工数", places=4)
    employees_monthly_avg = _heads("职工总数(月平均)", "月平均职工数", places=4)
    employees_year_end = _heads("期末从业人员", "年末从业人员", "年末职工数")
    tech_staff = _heads("科技人员", "科技人员数", "科技人员总数")
    tech_staff_6m = _heads("科技人员(6个月口径)", "累计工作6个月以上科技人员", places=4)
    tech_staff_183d = _heads("科技人员(183天口径)", "累计工作183天以上科技人员", places=4)
    rd_staff = _heads("研发人员", "研发人员数")
    postgraduate_staff = _heads("研究生学历人员", "硕士及以上人员")
    graduates_hired = _heads("吸纳高校应届毕业生", "应届毕业生人数", torch=("qd14",))
    new_employees = _heads("当年新增从业人员", "新增从业人员", torch=("qd26",))


class IntellectualProperty(Table):
    """知识产权: one row a right or a batch of like rights."""

    id, key, zh = "intellectual_property", "intellectual_property", "知识产权"
    aliases = ("专利", "知识产权明细", "知识产权清单")

    kind = _choice(
        "知识产权类别",
        {
            "invention_patent": "发明专利|发明",
            "defence_patent": "国防专利",
            "plant_variety": "植物新品种",
            "national_crop_variety": "国家级农作物品种",
            "national_new_drug": "国家新药",
            "class1_tcm_protection": "国家一级中药保护品种",
            "ic_layout": "集成电路布图设计专有权|集成电路布图设计",
            "utility_model": "实用新型|实用新型专利",
            "design_patent": "外观设计|外观设计专利",
            "software_copyright": "软件著作权|软著|计算机软件著作权",
            "trademark": "商标|注册商标",
        },
        "类别",
        "类型",
        "知识产权类型",
        "专利类型",
    )
    count = Field(Number(), "数量", ("件数", "项数"))
    number = Field(Text(), "授权号", ("登记号", "专利号", "证书号", "授权号/登记号"))
    name = Field(Text(), "知识产权名称", ("名称", "专利名称"))
    granted_on = Field(Day(), "授权日期", ("授权公告日", "登记日期", "获得日期"))
    filed_on = Field(Day(), "申请日期", ("申请日",))
    in_force = Field(Flag(), "是否有效", ("有效", "法律状态有效"))
    acquired_by = _choice(
        "获得方式",
        {"own_rd": "自主研发|自主申请", "transfer": "受让|转让", "gift": "受赠", "merger": "并购"},
        "取得方式",
    )
    acquired_on = Field(Day(), "取得日期")
    supports_main_product = Field(Flag(), "支撑主要产品", ("与主要产品相关", "是否与主要产品(服务)相关"))
    applied_with_benefit = Field(Flag(), "实际应用并产生效益")
    high_value = Field(Flag(), "高价值", ("是否高价值",))
    pct = Field(Flag(), "PCT", ("是否PCT",))
    used_for_hte = Field(Flag(), "已用于高企申报", ("高企申报已使用",))
    co_owner_used = Field(Flag(), "共有人已使用", absent=ASSUMED)
    disputed = Field(Flag(), "存在权属争议", ("有争议", "是否有争议"), absent=ASSUMED)
    holder_rank = Field(Number(lo=1), "权利人排名")
    pledged = Field(Flag(), "已质押")


class Certificate(Table):
    """资质证书: titles held, from the register."""

    id, key, zh = "certificate", "certificates", "资质证书"
    aliases = ("证书", "资质", "称号", "资质认定")

    kind = _choice(
        "证书类别",
        {
            "tech_sme": "科技型中小企业|科技型中小企业入库",
            "innovative_sme": "创新型中小企业",
            "specialised_sme": "专精特新中小企业|专精特新",
            "little_giant": "专精特新小巨人|小巨人|专精特新“小巨人”",
            "high_tech_enterprise": "高新技术企业|高企",
            "gazelle": "瞪羚企业|瞪羚",
            "gazelle_pool": "瞪羚培育库|瞪羚企业培育库",
            "hte_pool": "高企培育库|高新技术企业培育库",
            "unicorn_pool": "独角兽培育库|独角兽企业培育库",
            "unicorn_list": "独角兽榜单|独角兽企业",
            "manufacturing_champion": "制造业单项冠军",
            "above_scale_industrial": "规上工业企业|规模以上工业企业",
            "innovation_demonstration": "国家级技术创新示范企业|国家技术创新示范企业",
            "ip_advantage": "知识产权优势企业|国家知识产权优势企业",
            "ip_demonstration": "知识产权示范企业|国家知识产权示范企业",
        },
        "资质名称",
        "资质类别",
        "称号名称",
    )
    number = Field(Text(), "证书编号", ("编号", "入库登记编号", "证书号"))
    valid_from = Field(Day(), "有效期起", ("发证日期", "有效期开始", "生效日期"))
    valid_to = Field(Day(), "有效期止", ("有效期至", "到期日期", "有效期结束"))
    issued_on = Field(Day(), "公告日期")
    issuer = Field(Text(), "发证机关")
    level = _choice("证书级别", LEVELS)
    batch = Field(Text(), "批次")
    revoked_on = _open_day("撤销日期", "取消日期")
    revoked_reason = Field(Text(), "撤销原因")


class Event(Table):
    """事项: awards, projects, platforms, accidents, listings …"""

    id, key, zh = "event", "events", "事项"
    aliases = ("事件", "奖惩事项", "重大事项", "奖励与处罚")

    kind = _choice(
        "事项类别",
        {
            "safety_accident": "安全事故|生产安全事故",
            "quality_accident": "质量事故",
            "environmental_violation": "环境违法|严重环境违法",
            "sector_violation": "行业违规",
            "research_dishonesty": "科研失信|科研严重失信行为",
            "fraud": "弄虚作假|严重弄虚作假",
            "abnormal_list": "经营异常名录",
            "dishonest_list": "严重违法失信名单|失信名单",
            "tax_evasion": "偷税",
            "tax_arrears": "欠税",
            "court_enforcement": "被执行",
            "loan_default": "贷款违约",
            "data_security": "数据安全事件",
            "st_award": "科技奖励|科学技术奖",
            "rd_project": "研发项目|科技项目",
            "rd_institution": "研发机构",
            "new_rd_institution": "新型研发机构",
            "innovation_platform": "创新平台",
            "pilot_platform": "中试平台",
            "postdoc_station": "博士后工作站",
            "incubator_recognised": "孵化器认定",
            "incubator_grade": "孵化器评级",
            "standard_led": "主导制定标准",
            "standard_participated": "参与制定标准",
            "achievement_transfer": "成果转化|科技成果转化",
            "result_landed": "成果落地",
            "fdi_realised": "实际利用外资",
            "support_paid": "补助发放",
            "innovation_credit_selection": "创新积分入选",
            "relending_list": "再贷款名单",
            "order_contract": "订单合同",
            "talent_title": "人才称号",
            "niche_since": "从事细分市场起始",
            "market_share": "市场占有率",
            "credit_score": "信用评分",
            "maker_contest": "创客中国|创客中国大赛入围",
            # The courts' list; that of the market authorities (严重违法失信名单) is ``dishonest_list``.
            "dishonest_debtor": "失信被执行人|失信被执行人名单",
        },
        "类别",
        "事项类型",
    )
    occurred_on = Field(Day(), "发生日期", ("日期", "时间", "获得日期"))
    severity = _choice("严重程度", {"general": "一般", "larger": "较大", "major": "重大|特别重大|特大"})
    level = _choice("级别", LEVELS)
    rank = Field(Number(lo=1), "排名", ("名次",))
    role = _choice("角色", {"lead": "主导|牵头", "participant": "参与"})
    programme = Field(Text(), "计划名称")
    subtype = Field(Text(), "子类")
    amount = _money("金额")
    funding_received = _money("到账经费")
    currency = Field(Text(longest=3), "币种")
    count = Field(Number(), "数量", ("次数", "项数"))
    value = Field(Rate(), "数值")
    ended_on = _open_day("结束日期", "移出日期")
    note = Field(Text(), "备注")


class FinancingRound(Table):
    """融资轮次."""

    id, key, zh = "financing_round", "financing_rounds", "融资轮次"
    aliases = ("融资", "股权融资")

    closed_on = Field(Day(), "融资日期", ("交割日期",))
    amount = _money("融资金额")
    post_money = _money("投后估值")
    currency = _choice(
        "币种",
        {
            "CNY": "人民币|CNY|cny|RMB|元",
            "USD": "美元|USD|usd",
            "HKD": "港元|HKD|hkd|港币",
            "EUR": "欧元|EUR|eur",
            "GBP": "英镑|GBP|gbp",
            "JPY": "日元|JPY|jpy",
            "SGD": "新加坡元|SGD|sgd",
            "AUD": "澳元|AUD|aud",
            "CAD": "加元|CAD|cad",
            "CHF": "瑞士法郎|CHF|chf",
            "KRW": "韩元|KRW|krw",
            "TWD": "新台币|TWD|twd",
            "MOP": "澳门元|MOP|mop",
            "OTHER": "其他|OTHER|other",
        },
    )
    arrived = Field(Flag(), "资金到位", ("是否到账",))
    qualified_institution = Field(Flag(), "合格机构投资者")
    equity_share = Field(Rate(hi=10**6), "出让股比")
    investor_related = Field(Flag(), "关联方投资", absent=ASSUMED)


class ZoneMembership(Table):
    """园区归属."""

    id, key, zh = "zone_membership", "zone_memberships", "园区归属"
    aliases = ("入园记录",)

    park = Field(Text(), "园区", ("高新区", "所在园区"))
    zone_type = Enterprise.zone_type
    zone_level = Enterprise.zone_level


# ``from`` is a keyword, so these two are set by name.
ZoneMembership.fields = {
    **ZoneMembership.fields,
    "from": Field(Day(), "入园日期", ("起始日期",)),
    "to": _open_day("离园日期", "终止日期"),
}


class ExpertGrade(Table):
    """专家评分; in a dossier ``expert_grades`` maps the criterion to a value or a list of them, one a year."""

    id, key, zh = "expert_grade", "expert_grades", "专家评分"
    aliases = ("专家评价",)
    identity = ("criterion", "year")

    criterion = Field(Text(), "评分项", ("指标", "评价项"))
    value = Field(Grade(), "评分", ("分值", "得分"))
    year = Field(Number(lo=1949, hi=2199), "评分年度")
    by = Field(Text(), "评分人角色", ("评分机构",))
    evidence = Field(Text(), "依据")


TABLES: dict[str, type[Table]] = {
    table.id: table
    for table in (
        Enterprise,
        AnnualReport,
        IntellectualProperty,
        Certificate,
        Event,
        FinancingRound,
        ZoneMembership,
        ExpertGrade,
    )
}

LIST_TABLES = tuple(t for t in TABLES.values() if t.is_list and t not in (AnnualReport, ExpertGrade))
"""Tables whose rows the rules count."""

PROVENANCE: dict[str, Field] = {
    "row_id": Field(Text(), "行标识"),
    "known_from": Field(Day(), "知悉日期", ("入库日期",)),
    "source": Field(Text(), "数据来源", ("来源",)),
    "retracted": Field(Flag(), "已撤回"),
}
"""Optional on every row: when the fact became known, who says so, and whether it was withdrawn."""


def kind_of(table: str, field: str) -> Kind:
    """The kind of a table's field. Raises KeyError."""
    return TABLES[table].fields[field].kind
