"""Names the parts of unfold's frame, so that who listens to a page of the back office finds its way in it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
MAIN, NAVIGATION = '<div id="main"', '<nav id="nav-sidebar-inner"'


@register.filter
def landmarks(frame: str) -> SafeString:
    """The frame, already safe, with a main part and a named navigation; ``static/js/backoffice*.js`` see to the rest."""
    pages = _("Pages of the back office")
    words = format_html('data-remove="{}" data-navigation="{}" data-more="{}"', _("Remove"), pages, _("More"))
    main = format_html('<div id="main" role="main" {}', words)
    navigation = format_html('<nav id="nav-sidebar-inner" aria-label="{}"', pages)
    return SafeString(str(frame).replace(MAIN, main, 1).replace(NAVIGATION, navigation, 1))
