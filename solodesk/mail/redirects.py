"""Services that stand between a link and its page: known by name, opened where they show it.

Protective wrappers (Safe Links, URL Defense) and redirects carry the page's address with them;
mailing services mostly hide it behind a number. Nothing is looked up: what cannot be read stays
unknown.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Passed:
    """A link through a service. `url`: the page behind it, empty when the service hides it."""

    host: str
    url: str


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Host (or its ending) and the parameters that carry the page.
_CARRIERS = {
    "safelinks.protection.outlook.com": ("url",),
    "safelinks.protection.office365.us": ("url",),
    "safelinks.protection.partner.outlook.cn": ("url",),
    "linkprotect.cudasvc.com": ("a",),
    "clicktime.symantec.com": ("u",),
    "protect-de.mimecast.com": ("u",),
    "l.facebook.com": ("u",),
    "lm.facebook.com": ("u",),
    "l.instagram.com": ("u",),
    "l.messenger.com": ("u",),
    "slack-redir.net": ("url",),
    "out.reddit.com": ("url",),
    "vk.com": ("to",),
    "t.umblr.com": ("z",),
    "deref-mail.com": ("redirectUrl",),
    "deref-gmx.net": ("redirectUrl",),
    "deref-gmx.com": ("redirectUrl",),
    "deref-web.de": ("redirectUrl",),
    "link.zhihu.com": ("target",),
    "link.juejin.cn": ("target",),
    "link.csdn.net": ("target",),
    "c.pc.qq.com": ("pfurl", "url"),
    "mail.qq.com": ("gourl", "url"),
    "mail.163.com": ("url",),
    "steamcommunity.com": ("url",),
    "youtube.com": ("q",),
    "linkedin.com": ("url",),
    "click.linksynergy.com": ("murl",),
    "awin1.com": ("ued", "p"),
    "redirect.viglink.com": ("u",),
    "anrdoezrs.net": ("url",),
    "dpbolvw.net": ("url",),
    "bing.com": (),
}
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")
# Mailing services that count clicks; the page is known to them only.
_COUNTING = _names(
    "list-manage.com list-manage1.com list-manage2.com mailchi.mp mcusercontent.com "
    "mandrillapp.com sendgrid.net sendgrid.com sg-links.com mailgun.org mailgun.net "
    "mgsend.net sparkpostmail.com spgo.io e.customeriomail.com customeriomail.com customer.io "
    "hubspotlinks.com hubspotemail.net hubspotstarter.net hs-sites.com hsforms.com hs-sales- "
    "engage.com klclick.com klclick1.com klclick2.com klclick3.com klaviyomail.com kmail- "
    "lists.com createsend.com cmail19.com cmail20.com cmail1.com cmail2.com createsend1.com "
    "rs6.net constantcontact.com exacttarget.com exct.net sfmc-content.com "
    "s10.exacttarget.com mktoweb.com marketo.com mkto-link.com pardot.com salesforce.com "
    "mailjet.com mjt.lu sendinblue.com sendibm1.com sendibm2.com sendibm3.com "
    "sibautomation.com brevo.com sendpulse.com getresponse.com gr8.com aweber.com awtrck.com "
    "activehosted.com acemlna.com acemlnb.com acemlnc.com emlnk.com emlnk1.com convertkit- "
    "mail.com convertkit-mail2.com convertkit-mail3.com ck.page substack.com beehiiv.com "
    "mail.beehiiv.com ghost.io drip.com dripemail2.com omnisend.com omnisendlink.com "
    "soundestlink.com shopifyemail.com shopify.com intercom-mail.com intercom-clicks.com "
    "intercom.io zendesk.com freshdesk.com awstrack.me amazonses.com postmarkapp.com "
    "pstmrk.it mlsend.com mailerlite.com ml.mailersend.com mailersend.net moosend.com "
    "benchmarkemail.com icontact.com vresp.com verticalresponse.com emarsys.net "
    "dotdigital.com dotmailer.com dmtrk.net dmtrk.com r1.dotdigital-pages.com iterable.com "
    "links.iterable.com braze.com appboy.com sailthru.com responsys.net rsys2.net bronto.com "
    "bm23.com listrak.com cordial.com epsl1.com epsilon.com acoustic.co silverpop.com "
    "mkt41.net mkt51.net mkt81.net pages05.net cheetahdigital.com cheetahmail.com zeta.com "
    "zcsend.net zoho.com campaign-view.com maillist-manage.com zc1.maillist-manage.com "
    "unisender.com unisender-email.com sendsay.ru mindbox.ru esputnik.com elasticemail.com "
    "smtp2go.com turbo-smtp.com trackedlink.net bnc.lt app.link branch.io onelink.me "
    "adjust.com adj.st appsflyer.com bit.ly t.co lnkd.in tinyurl.com goo.gl ow.ly buff.ly "
    "is.gd cutt.ly rebrand.ly rb.gy youtu.be t.cn dwz.cn url.cn suo.im focussend.com "
    "sendcloud.net sendcloud.org webpower.cn dmdelivery.com submail.cn rspread.com aliyun- "
    "inc.com dm.aliyun.com mail2000.com.tw edm.com.tw eventbrite.com meetup.com evite.com"
)
_HOST = re.compile(r"[a-zA-Z]+:/*(?:[^/?#@]{0,200}@)?([^/?#:]{0,300})")
_INSIDE = re.compile(r"https?(?::|%3a)(?:/|%2f){2}[^\s&;!]{4,2000}", re.IGNORECASE)


def may_wrap(url: str) -> bool:
    """A quick look whether `unwrap` is worth asking."""
    return _known(_host(url)) is not None


@lru_cache(maxsize=2000)
def _known(host: str) -> str | None:
    """The service a host belongs to, or None."""
    host = host.lower()
    if _GOOGLE.fullmatch(host) or host.startswith("urldefense.") or host == "secure-web.cisco.com":
        return host
    labels = host.split(".")
    for start in range(max(0, len(labels) - 5), len(labels) - 1):
        ending = ".".join(labels[start:])
        if ending in _CARRIERS or ending in _COUNTING:
            return ending
    return None


def unwrap(url: str) -> Passed | None:
    """The service a link goes through, with the page behind it; None for a link of its own."""
    host = _host(url)
    service = _known(host)
    if service is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if service in _CARRIERS or _GOOGLE.fullmatch(service):
        page = _parameter(parts.query, _CARRIERS.get(service, ("q", "url", "adurl")))
        # The front pages of Google, LinkedIn and the like are no wrappers.
        return Passed(host, page) if page else None
    if service.startswith("urldefense."):
        return Passed(host, _defended(parts.path, parts.query))
    inside = _INSIDE.search(url[8:])
    page = unquote(inside[0]) if inside else ""
    return Passed(host, page)


def _host(url: str) -> str:
    match = _HOST.match(url)
    return "" if match is None else match[1]


def _parameter(query: str, names: tuple[str, ...]) -> str:
    try:
        found = parse_qs(query[:4000], max_num_fields=60)
    except ValueError:
        return ""
    for name in names:
        for value in found.get(name, ()):
            if value.lower().startswith(("http://", "https://")):
                return value
            if value.lower().startswith(("http%3a", "https%3a")):
                return unquote(value)
    return ""


def _defended(path: str, query: str) -> str:
    """The page behind a Proofpoint link: v1 and v2 in `u`, v3 between double underscores."""
    if path.startswith("/v3/"):
        match = re.search(r"__(.+?)__;", path)
        return "" if match is None else re.sub(r"^(https?:/)([^/])", r"\1/\2", match[1])
    try:
        value = parse_qs(query[:4000], max_num_fields=60).get("u", [""])[0]
    except ValueError:
        return ""
    if path.startswith("/v2/"):
        value = unquote(value.replace("-", "%").replace("_", "/"))
    return value if value.lower().startswith(("http://", "https://")) else ""
