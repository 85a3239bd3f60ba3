"""Invented buyers: common Chinese names, and companies whose codes have the right check character."""

from dataclasses import dataclass
from random import Random

from apps.orders.identifiers import uscc_check_character

# (characters, pinyin)
_SURNAMES = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("黄", "Huang"),
    ("赵", "Zhao"), ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"), ("马", "Ma"), ("朱", "Zhu"),
    ("胡", "Hu"), ("郭", "Guo"), ("何", "He"), ("林", "Lin"), ("高", "Gao"), ("罗", "Luo"),
)  # fmt: skip
_GIVEN = (
    ("伟", "Wei"), ("静", "Jing"), ("敏", "Min"), ("磊", "Lei"), ("洋", "Yang"), ("丽", "Li"), ("强", "Qiang"),
    ("军", "Jun"), ("婷", "Ting"), ("雪", "Xue"), ("浩", "Hao"), ("欣怡", "Xinyi"), ("子轩", "Zixuan"),
    ("雨桐", "Yutong"), ("思远", "Siyuan"), ("佳琪", "Jiaqi"), ("志强", "Zhiqiang"), ("晓东", "Xiaodong"),
)  # fmt: skip
_TRADES = (("科技", "Technology"), ("物流", "Logistics"), ("贸易", "Trading"), ("建筑", "Construction"))
_COMPANIES = 8
_ENGLISH_SPEAKERS = 6
_MARK = "MA"  # how the codes of companies founded since 2015 go on after the district


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who ordered; ``tax_number`` is empty for a person."""

    name: str
    phone: str
    email: str
    language: str
    invoice_title: str
    tax_number: str


def meet(index: int, random: Random) -> Buyer:
    """One buyer; one in so many is a company, one in so many reads English."""
    (surname_zh, surname), (given_zh, given) = random.choice(_SURNAMES), random.choice(_GIVEN)
    chinese = random.randrange(_ENGLISH_SPEAKERS) > 0
    name = f"{surname_zh}{given_zh}" if chinese else f"{given} {surname}"
    title, code = name, ""
    if random.randrange(_COMPANIES) == 0:
        trade_zh, trade = random.choice(_TRADES)
        title = f"{given_zh}{surname_zh}{trade_zh}有限公司" if chinese else f"{given} {surname} {trade} Co., Ltd."
        body = f"91{random.choice(('310115', '440106', '330106', '110108'))}{_MARK}{random.randrange(10**7):07d}"
        code = body + uscc_check_character(body)
    return Buyer(
        name=name,
        phone=f"1{random.choice(('38', '39', '50', '86'))}{random.randrange(10**8):08d}",
        email=f"{given}.{surname}{index}@example.com".lower(),
        language="zh-hans" if chinese else "en",
        invoice_title=title,
        tax_number=code,
    )
