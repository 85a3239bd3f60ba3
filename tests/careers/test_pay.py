import pytest
from django.utils import translation

from apps.careers import demo, pay, rules
from apps.careers.models import Application, Posting
from apps.common.demo import DemoOptions


@pytest.mark.parametrize(
    ("low", "high", "months", "english", "chinese"),
    [
        (35, 65, 19, "¥35k–65k × 19", "3.5–6.5 万 × 19 薪"),
        (8, 12, 13, "¥8k–12k × 13", "8–12 千 × 13 薪"),
        (10, 20, 12, "¥10k–20k a month", "1–2 万/月"),
    ],
)
def test_monthly_pay_is_written_the_reader_s_way(low: int, high: int, months: int, english: str, chinese: str) -> None:
    assert pay.month_range(low, high, months) == english
    with translation.override("zh-hans"):
        assert pay.month_range(low, high, months) == chinese


@pytest.mark.parametrize(
    ("thousand", "english", "chinese"),
    [(1235, "¥1.235 million", "123.5 万元"), (1000, "¥1 million", "100 万元"), (455, "¥455,000", "45.5 万元")],
)
def test_yearly_pay_is_written_the_reader_s_way(thousand: int, english: str, chinese: str) -> None:
    assert pay.year_total(thousand) == english
    with translation.override("zh-hans"):
        assert pay.year_total(thousand) == chinese


def test_every_status_stands_in_the_table() -> None:
    assert set(rules.NEXT) == set(Application.Status.values)
    assert set().union(*rules.NEXT.values()) <= set(Application.Status.values)


@pytest.mark.django_db
def test_the_postings_load_once_and_keep_what_people_changed() -> None:
    for _ in range(2):
        demo.load(DemoOptions(), lambda label, done, total: None)
        Posting.objects.filter(slug="store-manager-chengdu").update(headcount=9)
    engineer = Posting.objects.get(slug="senior-django-engineer-shanghai")
    assert (Posting.objects.count(), engineer.yearly_max, engineer.yearly_pay) == (26, 1235, "¥1.235 million")
    assert Posting.objects.get(slug="store-manager-chengdu").headcount == 9
