"""How what is measured is found for a page, in machine code: `Measure.of`, where doubles hold the two numbers exactly."""

from __future__ import annotations

EXACT = 2**51
"""Numerators and denominators up to this: their quotient as the nearest double, which is whole only where they give a whole number."""
SUITS, COUNT = 8, 9
"""Where in `Measure.told` it stands whether it is for machine code, and how many numbers it gives; before them are six that say which."""

MEASURE = f"""
; Stores the quotient of two numbers; whether they are small enough for that.
define internal i1 @quotient(ptr %to, i128 %over, i128 %under) {{
  %from.least = add i128 %over, {EXACT}
  %over.fits = icmp ule i128 %from.least, {2 * EXACT}
  %under.fits = icmp ule i128 %under, {EXACT}
  %fits = and i1 %over.fits, %under.fits
  %over.short = trunc i128 %over to i64
  %under.short = trunc i128 %under to i64
  %over.real = sitofp i64 %over.short to double
  %under.real = sitofp i64 %under.short to double
  %found = fdiv double %over.real, %under.real
  store double %found, ptr %to
  ret i1 %fits
}}

; How far a quotient is beyond a limit, over or under it; 0 where there is none.
define internal i128 @beyond(ptr %limit, i128 %over, i128 %under, i1 %least) {{
  %p.short = load i64, ptr %limit
  %p = sext i64 %p.short to i128
  %q.at = getelementptr i64, ptr %limit, i64 1
  %q.short = load i64, ptr %q.at
  %q = sext i64 %q.short to i128
  %own = mul i128 %over, %q
  %limits = mul i128 %p, %under
  %short = sub i128 %limits, %own
  %long = sub i128 %own, %limits
  %off = select i1 %least, i128 %short, i128 %long
  %is = icmp sgt i128 %off, 0
  %found = select i1 %is, i128 %off, i128 0
  ret i128 %found
}}

; Stores what is measured (`Measure.told`); whether it could.
define internal i1 @measure(ptr %measure, ptr %numbers, ptr %to) {{
entry:
  %suits.at = getelementptr i64, ptr %measure, i64 {SUITS}
  %suits = load i64, ptr %suits.at
  %not = icmp eq i64 %suits, 0
  br i1 %not, label %left, label %value
left:
  ret i1 false
value:
  %n.place = load i64, ptr %measure
  %n.at = getelementptr i64, ptr %numbers, i64 %n.place
  %n.short = load i64, ptr %n.at
  %n = sext i64 %n.short to i128
  %d.place.at = getelementptr i64, ptr %measure, i64 1
  %d.place = load i64, ptr %d.place.at
  %d.at = getelementptr i64, ptr %numbers, i64 %d.place
  %d.short = load i64, ptr %d.at
  %d = sext i64 %d.short to i128
  %minus.at = getelementptr i64, ptr %measure, i64 2
  %minus.short = load i64, ptr %minus.at
  %minus = sext i64 %minus.short to i128
  %scale.at = getelementptr i64, ptr %measure, i64 3
  %scale.short = load i64, ptr %scale.at
  %scale = sext i64 %scale.short to i128
  %off = mul i128 %minus, %d
  %over = sub i128 %n, %off
  %under = mul i128 %d, %scale
  %told = call i1 @quotient(ptr %to, i128 %over, i128 %under)
  %many.at = getelementptr i64, ptr %measure, i64 {COUNT}
  %many = load i64, ptr %many.at
  %alone = icmp eq i64 %many, 1
  br i1 %alone, label %whole, label %gap
whole:
  ret i1 %told
gap:
  %least = getelementptr i64, ptr %measure, i64 4
  %most = getelementptr i64, ptr %measure, i64 6
  %short = call i128 @beyond(ptr %least, i128 %over, i128 %under, i1 true)
  %long = call i128 @beyond(ptr %most, i128 %over, i128 %under, i1 false)
  %is.short = icmp sgt i128 %short, 0
  %gap.over = select i1 %is.short, i128 %short, i128 %long
  %limit = select i1 %is.short, ptr %least, ptr %most
  %parts.at = getelementptr i64, ptr %limit, i64 1
  %parts.short = load i64, ptr %parts.at
  %none = icmp eq i64 %parts.short, 0
  %parts.some = select i1 %none, i64 1, i64 %parts.short
  %parts = sext i64 %parts.some to i128
  %gap.under = mul i128 %under, %parts
  %gap.at = getelementptr double, ptr %to, i64 1
  %gap.told = call i1 @quotient(ptr %gap.at, i128 %gap.over, i128 %gap.under)
  %both = and i1 %told, %gap.told
  ret i1 %both
}}
"""
