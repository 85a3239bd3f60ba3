"""Finding what is to be translated."""

from apps.common.messages import Message, _from_python, _from_template, complaints


def test_calls_in_code_are_found_with_plural_and_context() -> None:
    source = '_("One")\nngettext("%(n)s car", "%(n)s cars", n)\npgettext("verb", "Order")\nother("No")\n_(name)'
    assert list(_from_python(source)) == [
        Message("One"),
        Message("%(n)s car", "%(n)s cars"),
        Message("Order", context="verb"),
    ]


def test_tags_in_templates_are_found_as_django_looks_them_up() -> None:
    source = (
        '{% load i18n %}{% translate "It\'s 50%" %}'
        "{% blocktranslate trimmed with name=x %}\n  Hello\n  {{ name }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=2 %}{{ n }} car{% plural %}{{ n }} cars{% endblocktranslate %}"
        '{{ _("Yes") }}{% translate "Order" context "verb" %}{% include "x" with title=_("Title (a)") %}'
    )
    found = set(_from_template(source, "x.html"))
    assert found == {
        Message("It's 50%%"),
        Message("Hello %(name)s"),
        Message("%(n)s car", "%(n)s cars"),
        Message("Yes"),
        Message("Order", context="verb"),
        Message("Title (a)"),
    }


def test_the_kernel_is_translated() -> None:
    assert complaints("common") == []
