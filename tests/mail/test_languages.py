"""The language of a text is guessed by its script and its commonest words."""

import pytest

from solodesk.mail.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, where is my order? I have not got it yet.", "en"),
        ("您好，请问我的订单什么时候发货？", "zh"),
        ("請問我的訂單什麼時候到？", "zh"),
        ("注文を確認してください。よろしくお願いします。", "ja"),
        ("안녕하세요, 주문을 확인해 주세요.", "ko"),
        ("Guten Tag, wo ist meine Bestellung? Ich warte noch auf das Paket.", "de"),
        ("Bonjour, je n'ai pas reçu ma commande. Merci de votre aide.", "fr"),
        ("Hola, todavía no me llega el pedido. Muchas gracias por la ayuda.", "es"),
        ("Buongiorno, non ho ricevuto il mio ordine, grazie.", "it"),
        ("Olá, ainda não recebi o meu pedido. Obrigado.", "pt"),
        ("Hallo, ik heb mijn bestelling nog niet ontvangen, graag uw hulp.", "nl"),
        ("Dzień dobry, gdzie jest moje zamówienie? Proszę o odpowiedź.", "pl"),
        ("Здравствуйте, где мой заказ?", "ru"),
        ("Доброго дня, де моє замовлення? Її немає.", "uk"),
        ("Hej, jag har inte fått min beställning ännu, tack för hjälpen.", "sv"),
        ("Hej, jeg har ikke modtaget min ordre, hvornår kommer den?", "da"),
        ("Hei, jeg har ikke fått varene, når kommer de?", "nb"),
        ("Hei, en ole vielä saanut tilaustani, missä se on? Kiitos.", "fi"),
        ("Dobrý den, kde je moje objednávka? Děkuji, prosím o zprávu.", "cs"),
        ("Merhaba, siparişim nerede? Teşekkür ederim.", "tr"),
        ("שלום, איפה ההזמנה שלי?", "he"),
        ("مرحبا، أين طلبي؟", "ar"),
        ("Please check 订单 12345 for me, I have not got it.", "en"),
        ("麻烦看一下 order 12345 的 tracking number，谢谢", "zh"),
        ("https://shop.example/the/of/and 8F3A9C77E1", None),
        ("", None),
        ("123", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert guess_language(text) == language
