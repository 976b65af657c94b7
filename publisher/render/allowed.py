"""The one allow-list: which HTML a document may hold when it leaves for IT Glue.

IT Glue publishes no list of its own. Known from exported documents and from scripts that others
publish with: headings, lists, tables, links, ``pre``, ``span``, ``img``, classes (its web
interface is Bootstrap 3) and inline styles stay; scripts, style sheets, frames, event handlers,
inline SVG and (in documents) ``data:`` images go. Everything here is harmless text mark-up whose
words stay readable should a server drop the tag.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The set of the words of *text*."""
    return frozenset(text.split())


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

TAGS = HEADINGS | words(
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure hr i img ins kbd li mark ol p pre q s samp small span strike strong "
    "sub summary sup table tbody td tfoot th thead tr tt u ul var"
)

CONTENT_GOES = words(
    "script style iframe noembed noframes noscript object svg math template applet"
)
"""Tags whose content is code or a fallback, not the document's words: it goes with them."""

AS_DIV = words("address article aside center footer header hgroup main nav section")
"""Tags that only part blocks: as ``div`` they are kept, dropped they would glue words together."""

VOID = words("area base br col embed hr img input link meta source track wbr")

_ALIGNED = ("col", "colgroup", "div", "img", "p", "table", "tbody", "td", "th", "thead", "tr")
_EVERYWHERE = frozenset({"id", "class", "style", "title", "lang", "dir"})
_BY_TAG: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "name"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "ul": frozenset({"type"}),
    "li": frozenset({"value"}),
    "td": frozenset({"colspan", "rowspan", "valign", "width"}),
    "th": frozenset({"colspan", "rowspan", "valign", "width", "scope"}),
    "table": frozenset({"border", "cellpadding", "cellspacing", "width"}),
    "col": frozenset({"span", "width"}),
    "details": frozenset({"open"}),
}
ATTRIBUTES: dict[str, frozenset[str]] = {
    tag: _EVERYWHERE
    | _BY_TAG.get(tag, frozenset())
    | (frozenset({"align"}) if tag in _ALIGNED or tag in HEADINGS else frozenset())
    for tag in TAGS
}

SILENT = words("rel target tabindex referrerpolicy loading decoding markdown")
"""Attributes that go without a word: IT Glue sets its own, or nobody can see the difference."""

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
IMAGE_SCHEMES = frozenset({"http", "https"})

STYLES = words(
    "background background-color border border-bottom border-collapse border-color border- "
    "left border-radius border-right border-spacing border-style border-top border-width "
    "clear color display float font-size font-style font-variant font-weight height letter- "
    "spacing line-height list-style-type margin margin-bottom margin-left margin-right "
    "margin-top max-width min-width padding padding-bottom padding-left padding-right "
    "padding-top text-align text-decoration text-indent text-transform vertical-align "
    "white-space width word-break word-wrap"
)
"""CSS properties that cannot load anything and cannot cover the page around the document."""

KNOWN = (
    TAGS
    | CONTENT_GOES
    | VOID
    | words(
        "acronym address article aside audio bdi bdo big blink body button canvas center data "
        "datalist dialog dir fieldset font footer form frame frameset head header hgroup html "
        "label legend main map marquee menu menuitem meter nav nobr optgroup option output "
        "param picture plaintext portal progress rp rt ruby search section select slot textarea "
        "time title video xmp"
    )
)
"""HTML's own tags. Any other, as in ``ping <server>``, is a placeholder that people wrote."""
