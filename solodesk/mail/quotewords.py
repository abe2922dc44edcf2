"""How mailers in many languages say "what follows is history": the words `quotes` looks for.

Patterns only, each linear or bounded on hostile lines. What follows from a match is decided there.
"""

import re

_WROTE = (
    r"wrote|writes|schrieb|a écrit|a ecrit|écrit|escribió|escribio|ha scritto|scrisse|schreef|"
    r"escreveu|"
    r"skrev|kirjoitti|napisał\(?a?\)?|napisał|pisze|napsal\(?a?\)?|napísal\(?a?\)?|написал\(?а?\)?|"
    r"написала?|пишет|пише|yazdı|írta|a scris|έγραψε|napisao|написао|je napisao|rašė|kirjutas|"
    r"sent|het volgende geschreven|đã viết|menulis|"
    r"ha escrit|写道|寫道|写到|编写|書きました|のメール|"
    r"작성|님이 작성"
)
WROTE_END = re.compile(
    rf"(?:{_WROTE})(?: (?:am|um|on|le|el|il|op|em|"
    rf"den)\b[^\n]{{0,120}})?[^\S\n]*[:：]?[^\S\n]*-{{0,6}}$",
    re.IGNORECASE,
)
WROTE_MIDDLE = re.compile(
    r"\b(?:schrieb|schreef|skrev|kirjoitti|pisze)\b[^\n]{1,160}[:：]$", re.IGNORECASE
)
COLON = re.compile(r"[:：][^\S\n]*-{0,6}$")
ADDRESS = re.compile(
    r"[^\s<>\"'(),;:：，（）\[\]]+@[^\s<>\"'(),;:：，（）\[\]]+\.[A-Za-z\u4e00-\u9fff-]{2,}"
)
STARTS = re.compile(
    r"^[^\S\n]*[-*_]{0,6}[^\S\n]*(?:On|At|Am|Le|El|Il|Op|Em|No dia|Den|Dnia|W dniu|Dne|Dňa|Vào|"
    r"Pada|Tarihinde|"
    r"在|于|於|Il giorno|Le jour|El día|Na|La data|På|Am:)[\s,，:：\d\"“«]",
)
BEGINS = re.compile(
    r"^\W{0,8}(?:[^\W\d_]{2,12}[.,，]{0,2}\s+){0,2}\d"  # a date, perhaps with its weekday
    r"|^[^\d<>?!。？！\n]{0,60}[<(（\[]\s*(?:mailto:)?[^<>\s]+@"  # Name <address>
    r"|^\S+@\S+|^[^\d?!.。？！\n]{1,40}\s?(?:于|於|在)\s?\d"
)
AUTHOR_HERSELF = re.compile(
    r"(?:\b(?:i|we|ich|wir|je|nous|yo|io|eu|ik|jag|"
    r"jeg|ja|я|мы)\s+(?:then |also |have |had )?\w{0,"
    r"12}|我们?|俺|咱)\s*"
    rf"(?:{_WROTE})?\s*[:：]?$",
    re.IGNORECASE,
)
MACHINE_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?.{0,16}?\d{1,2}[:：]\d{2}")
TIME = re.compile(
    r"\d{1,2}[:：.h時时]\d{2}|\d{1,2}\s?[AaPp]\.?[Mm]|上午|下午|오전|오후|[時时点點]\d{1,2}"
)
DATE = re.compile(
    r"\d{4}\s?[-/.年년]|\b\d{1,2}-[^\W\d]{3,10}\.?-\d{2,4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d{1,2}(?:st|nd|rd|th|"
    r"\.)?,?\s+(?:de\s+)?[^\W\d]{3,12}\.?"
    r"(?:\s+de)?,?\s+\d{4}|\b[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
QUOTED = re.compile(r"^[^\S\n]{0,3}(?:[>＞]|&gt;|│)")
_ORIGINAL = (
    r"original message|original mail|original e-?mail|original appointment|"
    r"replied message|"
    r"reply message|ursprüngliche (?:nachricht|mail|e-mail)|originalnachricht|original-?nachricht|"
    r"message d.origine|message original|message d´origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|mensagem original|ursprungligt meddelande|oprindelig meddelelse|"
    r"opprinnelig melding|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    r"původní zpráva|"
    r"pôvodná správa|исходное сообщение|оригинальное сообщение|orijinal mesaj|"
    r"özgün ileti|eredeti üzenet|mesaj original|αρχικό μήνυμα|元のメッセージ|オリジナルメッセージ|"
    r"원본 메시지|원본 메세지|"
    r"回复的原邮件|回复的邮件|原始邮件|原邮件|邮件原件|"
    r"原始信件|"
    r"原始郵件|原始訊息|原郵件|原始邮件信息|源邮件|历史邮件|转发的原邮件"
)
RULE = re.compile(
    rf"^[^\S\n]*[-_=*~—－─━]{{2,}}[^\S\n]*(?:{_ORIGINAL})[^\S\n]*:?[^\S\n]*[-_=*~—－─━]{{2,}}[^\S\n]*$",
    re.IGNORECASE,
)
WEAK_RULE = re.compile(
    r"^[^\S\n]*[-_=*~—－─━]{2,}[^\S\n]*(?:original|原文|邮件原文)[^\S\n]*[-_=*~—－─━]{2,}[^\S\n]*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"^[^\S\n]*(?:[-_=*~]{2,}[^\S\n]*(?:forwarded message|forwarded by|weitergeleitete nachricht|"
    r"message transféré|message transmis|mensaje reenviado|messaggio inoltrato|"
    r"doorgestuurd bericht|"
    r"mensagem encaminhada|转发的?邮件(?:信息)?|"
    r"轉寄的?郵件|転送されたメッセージ|пересылаемое "
    r"сообщение)[^\n]{0,60}"
    r"|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-?mail):|"
    r"début du message (?:réexpédié|transféré)\s?:|"
    r"inicio del mensaje reenviado:|inizio messaggio inoltrato:|begin doorgestuurd bericht:|"
    r"下面是被转发的邮件：|开始转发的邮件：)",
    re.IGNORECASE,
)
REPLY_ABOVE = re.compile(
    r"(?:please (?:type|write|enter) your (?:reply|response) above|reply above this line|"
    r"write above this line|antworten? (?:bitte )?(?:nur )?(?:oberhalb|über) dieser (?:linie|"
    r"zeile)|"
    r"répondre au-dessus de cette ligne|请在此(?:线|"
    r"行)(?:以上|之上|上方)回复|在此(?:行|线)上方(?:输入|"
    r"回复))",
    re.IGNORECASE,
)
DIVIDER = re.compile(r"^[^\S\n]*[-_=*~—－─━]{5,}[^\S\n]*$")

_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|lähettäjä|kimden|"
    "gönderen|feladó|от|από|发件人|寄件者|寄件人|"
    "发信人|"
    "差出人|送信者|보낸사람|보낸이|發件人|expéditeur|remitente|mittente|afzender|absender|nadawca",
    "sent": "sent|gesendet|envoyé|envoyéle|enviado|enviadoel|enviadaem|enviadoem|inviato|verzonden|"
    "skickat|sendt|lähetetty|wysłano|odesláno|gönderilmeküzere|gönderildi|elküldve|отправлено|"
    "发送时间|發送時間|发送日期|傳送時間|寄件日期|寄出日期|送信日時|送信日|보낸날짜|보낸시간|"
    "senton|datesent|发件时间",
    "date": "date|datum|fecha|data|päivämäärä|tarih|dátum|"
    "дата|日期|时间|時間|日時|날짜|dato|ημερομηνία",
    "to": "to|an|à|para|a|aan|till|til|do|komu|kime|alıcı|"
    "címzett|кому|προς|vastaanottaja|收件人|收件者|"
    "收信人|"
    "宛先|받는사람|받는이|destinataire|destinatario|empfänger|pour",
    "cc": "cc|kopie|copie|copia|抄送|抄送人|副本|kopia|kopi|копия|참조|bcc|密送",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|"
    "predmet|konu|tárgy|"
    "тема|θέμα|assunto|主题|主旨|标题|主題|件名|제목|题目|sujet|re",
}
LABEL_KIND = {name: kind for kind, names in _LABELS.items() for name in names.split("|")}
LABEL_LINE = re.compile(
    r"^[^\S\n]{0,4}[*_]{0,2}[^\S\n]*([^\W\d_][^\n"
    r":：*_<>@]{0,22}?)[^\S\n]*[*_]{0,2}[^\S\n]*[:：](?!//)[^\S\n"
    r"]*[*_]{0,2}(.*)$"
)

PHONE = re.compile(
    r"^[^\S\n]*[-–—_*]{0,3}[^\S\n]*(?:sent (?:from|"
    r"via|with|using) (?:my )?(?:[\w'’.,+-]+[^\S\n"
    r"]?){1,6}"
    r"|get outlook for (?:ios|android|mac)\b[^\n"
    r"]{0,60}|von meine[mr] (?:[\w.+-]+[^\S\n]){1,"
    r"4}gesendet"
    r"|gesendet (?:von|mit)(?: (?:meine[mr]|der))?(?: [\w.+-]+){1,4}"
    r"|diese nachricht wurde von mein[^\n]{0,60}gesendet"
    r"|envoyé (?:de(?:puis)?|à partir d[e']) ?(?:mon|ma|l.)?(?: ?[\w.+-]+){1,4}"
    r"|enviado (?:desde|do|de) (?:mi|meu|o)? ?(?:[\w.+-]+ "
    r"?){1,4}|inviato da(?:l mio)?(?: [\w.+-]+){1,"
    r"4}"
    r"|verstuurd va(?:n|naf) mijn(?: [\w.+-]+){1,3}|verzonden vanaf mijn(?: [\w.+-]+){1,3}"
    r"|skickat från min(?: [\w.+-]+){1,3}|sendt "
    r"fra min(?: [\w.+-]+){1,3}|wysłane z (?:[\w.+-]+ "
    r"?){1,4}"
    r"|отправлено (?:с|из)(?: [\w.+-]+){1,4}|(?:发自|"
    r"發自|发送自|傳送自)(?:我的)?[^\n，。！？,!?的]{1,"
    r"20}"
    r"|来自(?:我的)?[\w ]{0,10}(?:手机|iphone|ipad|平板|客户端|邮箱|邮件)(?:手机)?[版端]?"
    r"|(?:获取|下载) ?outlook for (?:ios|android)[^\n"
    r"]{0,40}|[\w ]{2,16}から送信|나의 [\w ]{2,16}에서 "
    r"보냄"
    r"|从我的[^\n，。！？]{2,16}发送)[^\S\n]*[.。]?(?:[^\S\n]*<https?://[^\s>]+>)?[^\S\n]*$",
    re.IGNORECASE,
)
SENTENCE = re.compile(
    r"\b(?:because|but|and|so|since|that|yesterday|"
    r"please|it|not|i|you|order|to|when|if|weil|"
    r"aber|und|"
    r"parce|mais|et|pero|porque|le|la)\b|的手机",
    re.IGNORECASE,
)
PHONE_THING = re.compile(
    r"iphone|ipad|ios|android|samsung|galaxy|huawei|"
    r"华为|小米|xiaomi|oppo|vivo|荣耀|honor|手机|"
    r"phone|"
    r"mobile|mail|邮件|邮箱|"
    r"outlook|yahoo|proton|windows|blackberry|gmail|nokia|pixel|device|handy|mobil|portable|móvil|"
    r"telefo|tablet|"
    r"平板|thunderbird|spark|客户端|app\b|аппарат|телефон|smartphone|hey",
    re.IGNORECASE,
)
BELOW = re.compile(
    r"(?:answers?|repl(?:y|ies)|comments?|responses?|see|notes?|marked|written|antworten?|"
    r"siehe)\b[^\n.!?]{0,25}"
    r"\b(?:below|inline|in-line|in line|in (?:red|blue|green|bold|capitals?|colou?r)|unten|im text|"
    r"in rot)\b"
    r"|下面|下方|以下|如下|见下|[红蓝]字|(?:用|以|见|看|标(?:成|为|了)?)[红蓝]色?|[红蓝]色(?:的?(?:字|部分|标|内容|回复|地方|文字))"
    r"|行内|(?<!中)文中",
    re.IGNORECASE,
)
