"""Whether a text without a cue of its own belongs to what stands above it, or only stands below it.

    "Such a request shall not prolong custody."  under "Immigration detainers"     belongs: it speaks of the same things
    "(f) This section applies to contractors."   under "Immigration detainers"     belongs: it speaks of the law it stands in
    "Street sweeping contract award"             under "Resolution on ICE detainers"     a subject of its own, a neighbour

What a text inherits is the share of its trail's weight: a heading says what the law below it is about, and nothing of the next
item of an agenda.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

KIN, BESIDE, FAINT, STRANGER = 1.0, 0.5, 0.2, 0.05
STEPS = 20  # words of a line that does nothing but tell a step of the matter above it
ATTACHED = 0.3  # what a paper of the text's own weighs at least, whatever the text names itself

# The people, places and papers of custody and enforcement: what texts on the subject speak of when they do not name it.
_SUBJECT = re.compile(
    r"\b(?:sheriff|jail|inmate|prison|custod|detain|detention|detenid|arrest|booking|incarcerat|confine|polic(?:e|ia)\b|deput(?:y|ies|iz)|law enforcement|peace officer|"
    r"warrant(?:s|less)?\b(?! register| article| list)|judicial|magistrate|subpoena|felon|convict|crimes?\b|criminal|offen[cs]es?\b|removal (?:order|proceeding)|federal|"
    r"immigra|inmigra|migra|citizenship|nationalit|national origin|foreign[- ](?:born|national)|alien\b|aliens\b|undocumented|noncitizen|homeland|"
    r"customs|marshal|surveillance|face coverings?|masks?\b|badges?\b|body cameras?|plate reader|database|non-?public|confidential|disclos|informa(?:tion|cion) (?:sharing|about|regarding|sobre)|"
    r"interrogat|interview|status\b(?= of (?:a|any|the) (?:person|individual|prisoner))|released?\b(?= (?:from|date|of (?:a|any|the) (?:person|individual|inmate)))|"
    r"legal (?:rights|protections|resources|representation|services)|attorney general|state (?:grant )?funds|bed space|per diem|jag\b|8 u\.?s\.?c|congress|executive order)"
)
# A text that speaks of the law, the matter or the paper it stands in, or only of its force, its parts and its terms.
_LAW = re.compile(
    r"\bthis (?:section|subsection|subdivision|paragraph|chapter|article|part|division|title|act|policy|ordinance|resolution|law|bill|agreement|moa|mou|memorandum|contract|order|award|rule|code)\b|"
    r"\b(?:est[ae] (?:seccion|ordenanza|capitulo|articulo|politica)|dich[oa]s?)\b|"
    r"\bsuch (?:an? )?(?:requests?|persons?|individuals?|agreements?|polic(?:y|ies)|information|records|data|notice|detention|assistance|propert\w+|activit\w+|agenc\w+|officers?|action|report|compliance|cooperation)\b|"
    r"\b(?:this|that|these|those) (?:requests?|persons?|individuals?|prohibitions?|restrictions?|requirements?|exceptions?|limitations?|practices?|conditions?|programs?|reports?|records|actions?|provisions?|procedures?|guidelines?|duties|rules?|protections?|rights)\b|\b(?:herein|hereunder|thereunder)\b|"
    r"\bthe (?:(?:foregoing|aforesaid|said|latter) \w+|prohibitions?|prohibiciones|restrictions?|requests?|moratorium|exceptions?|requestor|phrase|word)\b|las prohibiciones\b|"
    r"\bexceptions?\b|\bthe (?:bill|law|act|ordinance|resolution|amendment|measure) would\b|\bit (?:would|also|shall)\b|\bshall not apply\b|\binclude,? but (?:are )?not (?:be )?limited\b|\bseverab|\beffective (?:date|immediately)|\btake(?:s)? effect\b|"
    r"\bcommittee substitute\b|\bsubstitute\b.{0,40}\bversion\b|\bas amended\b|\bstriking amendment\b"
)
# Sections cited by their numbers alone, and what becomes of them.
_CITES = re.compile(
    r"\b(?:sub)?(?:sections?|divisions?|paragraphs?|clauses?|articles?|secciones|seccion) \(?[\da-z][\w.:-]*\)?(?:[^.;]|\.(?=\d)){0,160}\b(?:repeal\w*|rescind\w*|reserved|amended|delet\w*|apply|applies|struck|stricken|void|replaced|derog\w*|suspend\w*)"
)
# A text that opens a matter of its own: what it is about, it says itself.
_OPENS = re.compile(
    r"^\W*(?:(?:item )?[\d.]+[a-z]?[.):]?\W+)?(?:proposed |a |an |the |to |possible )?(?:local law|resolution|ordinance|motion|discussion|consider\w*|approv\w+|authori[sz]\w+|requests?|recommend\w*|award\w*|"
    r"accept\w*|proposed|presentation|update|lease|contract|purchase|proclam\w+|appoint\w*|sponsor|introduction|enter(?:ing)?\b|executive session|report on|sheriff update|[a-z ]{0,40} recommending|action regarding)\b"
)
# What lays down a rule, tells what one would do, or brings a matter a step further.
_RULE = re.compile(
    r"\b(?:shall|may|must|would|will|cannot|prohibit\w*|requir\w+|notwithstanding|means?|provided that|resolved|enact\w*|adopt\w*|repeal\w*|rescind\w*|moratori\w*|amend(?:s|ed|ing|ment)?\b|added|restrict\w*|exempt\w*|force and effect|taking actions?|podra\w*|debera\w*)\b|^\W*(?:[a-z]|[ivx]{1,4})[.)] "
)
# What becomes of a matter, said without naming it.
_STEP = re.compile(
    r"\b(?:motion|moved|seconded)\b[^;]{0,120}\b(?:carrie[sd]|passe[sd]|fail(?:s|ed)|adopted|approved?|lost)\b|\b(?:re-?)?referred (?:back )?to\b|\b(?:first|second|third|final|1st|2nd|3rd) reading\b|"
    r"\b(?:laid over|tabled|withdrawn|vetoed|carried over|roll call vote|ayes|yeas)\b|\bsigned by the (?:mayor|governor)|\bpublic hearing\b|\bsent to (?:the )?mayor\b|\b(?:adopted|passed|approved|failed) (?:\d|unanimously|on (?:a )?vote|by a vote)"
)
# Business of its own, which every public body has on the same agenda.
_BUSINESS = re.compile(
    r"\b(?:streets?(?!\w)(?! (?:crime|gang))|sidewalks?|paving|resurfac\w*|sweeping|asphalt|concrete|bridges?|culverts?|traffic (?:signal|calming|light)|crosswalk|bike|bicycle|parking (?:meter|permit|rate|fee|structure|garage)|"
    r"sewers?|sanitary|storm ?water|water (?:main|line|meter|rate|system|utility|treatment)|wastewater|drainage|solid waste|garbage|refuse|recycling|landfill|compost|hydrants?|pump station|"
    r"zoning|re-?zon\w+|variances?|special use|conditional use|site plan|plats?\b|subdivision (?:plat|plan|map|of land)|parcel|setbacks?|historic (?:district|preservation|landmark)|landmark|building permit|building code|housing development|"
    r"affordable housing|apartments?|condominium|annex\w+|easements?|vacat(?:e|ing|ion) of|rights?-of-way|comprehensive plan|tax increment|\btif\b|redevelopment|brownfield|"
    r"parks?\b(?! (?:police|code))|playgrounds?|trails?\b|libraries|library|museum|zoo|golf|pools?\b|swimming|recreation|tennis|pickleball|arena|rink|theat(?:er|re)|festival|parade|fireworks|concert|farmers'? market|block party|"
    r"trees?\b|landscap\w+|mowing|native plants?|cemetery|animals?\b|dogs?\b|cats?\b|leash|poultry|chickens|beekeep\w*|mosquito|weeds?\b|nuisance|snow|"
    r"proclamation|proclaiming|recogni[sz]ing (?:the|\w+ (?:day|week|month))|(?:day|week|month) (?:in|proclamation)|commend\w* (?:the|mr|ms)|retirement of|congratulat\w*|tribute|in memory|moment of silence|pledge of allegiance|invocation|"
    r"approv\w+ (?:of )?(?:the )?(?:minutes|agenda|bills|claims|payroll)|minutes of|accounts payable|warrant register|check register|treasurer'?s report|financial (?:report|statement)s?|annual audit|auditor|budget (?:amendment|adjustment|transfer|workshop|hearing)|"
    r"bonds?\b(?! (?:hearing|agents?))|refunding|tax (?:levy|rate|abatement|exempt\w*|lien|sale)|property tax|assessments?|investment policy|insurance|health plan|dental|pension|401|salary|salaries|classification|job description|"
    r"collective bargaining|teamsters|afscme|firefighters?|fire (?:station|truck|engine|apparatus|department|chief)|ambulance|paramedic|"
    r"liquor|alcohol|cannabis|marijuana|tobacco|vap(?:e|ing)|taxi\w*|food truck|vendors? permit|massage|short-term rental|business licen[sc]e|"
    r"airport|runway|hangar|transit|bus(?:es)?\b|train station|ferry|harbor|marina|dredg\w*|beach|river\b|creek|wetlands?|flood\w*|levee|climate|solar|electric vehicle|charging station|energy efficien\w*|hvac|roof\w*|boiler|elevator|generator|janitorial|carpet|"
    r"laptops?|computers?|software|printers?|copiers?|textbooks?|curriculum|school (?:lunch|calendar|bus)|athletic|football|teachers?\b|certificated|classified staff|substitute (?:teacher|employee)|graduation|"
    r"purchase (?:of|order)|vehicles?\b|trucks?\b|uniforms?|radios?\b|elections?\b|polling|ballot|redistricting|census|appointments? (?:to|of)|reappoint\w*|board of (?:ethics|adjustment|appeals)|"
    r"senior (?:center|citizens)|veterans?|youth sports|child ?care|day ?care|food pantry|public health nurse|vaccin\w*|opioid|smoking|"
    r"calles?|alcantarillado|basura|zonificacion|parques?\b|biblioteca|presupuesto)"
)
# Names of committees and offices say who handles a matter, not what it is about.
_OFFICES = re.compile(
    r"\b(?:committee|commission|department|dept\.?|board|office|division|director|commissioner) (?:on|of|for) (?:the )?(?:[\w'-]+,? (?:and |& )?){1,5}|\b(?:[\w&'-]+ ){1,4}(?:sub)?committee\b(?! (?:on|of|for)\b)"
)
_PAPER = re.compile(r"^\W*(?:attachment|exhibit|enclosure)\b|\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|html?)\W*$")
_WORD = re.compile(r"[a-z]{4,}")
_ENDING = re.compile(r"(?:ations?|ments?|ings?|ers?|ors?|ed|es|s)$")
# Words that headings of any subject share.
_COMMON = frozenset(
    [
        "resolution", "ordinance", "chapter", "article", "section", "item", "items", "agenda", "consent", "calendar", "council", "city",
        "county", "town", "village", "board", "public", "report", "hearing", "approve", "approval", "approving", "authorize",
        "authorizing", "agreement", "contract", "policy", "policies", "regarding", "concerning", "relating", "with", "from", "that",
        "this", "shall", "between", "amend", "amending", "adopt", "adopting", "first", "second", "reading", "state", "local", "year",
        "department", "office", "service", "services", "title", "code", "administrative", "general", "matter", "file", "number", "pdf",
        "docx", "attachment", "exhibit", "discussion", "action", "business", "meeting", "special", "regular", "program", "new", "federal",
        "civil", "safety", "limit", "limiting", "status", "prohibition", "relation", "requiring",
    ]
)  # fmt: skip


def kinship(low: str, trail: Iterable[str]) -> float:
    """How far a folded text without a cue of its own inherits from the headings, titles and names that hold the cues."""
    shared = _stems(low) & _stems(" ".join(trail).lower())
    subject = _subject(low)
    inside = _LAW.search(low) is not None or _CITES.search(low) is not None
    business = _business(low)
    if business and len(business) >= len(subject) + 2 * len(shared):
        return BESIDE if inside and len(business) == 1 else STRANGER
    ruled = _RULE.search(low) is not None
    if _STEP.search(low) is not None and low.count(" ") < STEPS:
        return KIN
    if _OPENS.match(low) and not shared and not _CITES.search(low):
        return BESIDE if subject else FAINT if inside or ruled else STRANGER
    if inside or shared or (subject and ruled):
        return KIN
    return BESIDE if subject else FAINT if ruled else STRANGER


def is_business(low: str) -> bool:
    """Whether a folded sentence has a subject of its own and says nothing of the law it stands in."""
    return bool(_business(low)) and not _subject(low) and _LAW.search(low) is None


def _subject(low: str) -> frozenset[str]:
    return frozenset(match[0] for match in _SUBJECT.finditer(low))


def _business(low: str) -> frozenset[str]:
    return frozenset(match[0] for match in _BUSINESS.finditer(_OFFICES.sub(" ", low)))


def is_paper(line: str) -> bool:
    """Whether a line of a trail names a paper: a paper lies in the file of its own item."""
    return _PAPER.search(line.lower()) is not None


def _stems(low: str) -> frozenset[str]:
    return frozenset(
        stem for word in _WORD.findall(low) if word not in _COMMON and len(stem := _ENDING.sub("", word)) >= 4
    )
