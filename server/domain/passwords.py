"""What makes a password too weak, in the words that InvenTree's users know."""

from collections.abc import Mapping
from difflib import SequenceMatcher

__all__ = ["weaknesses"]

SHORTEST = 8
MOST_ALIKE = 0.7

# The head of the lists of leaked passwords, those that are long enough to get past the other rules included.
_LEAKED = """
    0 000000 00000000 0987654321 1 11 111 1111 11111 111111 1111111 11111111 111222 112233 12 121212 123 123123
    123123123 123321 1234 12341234 12345 123456 1234567 12345678 123456789 1234567890 1234qwer 123654 123abc 123qwe
    123qweasd 131313 147258369 159357 159753 1a2b3c4d 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 222222 22222222
    232323 252525 333333 444444 54321 555555 55555555 654321 666666 7654321 777777 7777777 77777777 789456 789456123
    87654321 888888 88888888 963852741 987654 987654321 987654321a 999999 99999999 a123456 a1b2c3 a1b2c3d4 aa123456
    aaaaaa aaaaaaaa abc123 abc12345 abcd1234 abcdefg abcdefgh abcdefghi access admin admin123 admin1234 administrator
    alexander amanda andrea andrew asd123 asdasd asdf1234 asdfasdf asdfgh asdfghjk asdfghjkl asdfghjkl1 ashley azerty
    azertyuiop babygirl bailey baseball baseball1 basketball batman bismillah blink182 buster butterfly changeme
    changeme1 changeme123 charlie cheese chelsea chocolate christian computer computer1 cookie corvette daniel
    danielle default diamond donald dragon dubsmash elizabeth facebook fallout flower football football1 freedom
    fuckyou fuckyou1 george ginger hannah harley hello hello123 helloworld hockey hunter iloveyou iloveyou1
    iloveyou2 internet inventree inventree1 jasmine jennifer jessica jonathan jordan jordan23 joshua justin killer
    klaster letmein letmein1 liverpool liverpool1 login loveme lovely maggie marina martin master matrix matthew
    maverick mercedes michael michelle midnight monkey monster mustang mynoob nicole nothing null p@ssw0rd pa55word
    pakistan pass pass1234 passion passw0rd password password! password1 password12 password123 password1234 passwort
    pepper photoshop pokemon pokemon1 princess princess1 purple q1w2e3 q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc qwaszx
    qwe123 qweasd qweasdzxc qweqwe qwer1234 qwerasdf qwert qwerty qwerty1 qwerty12 qwerty123 qwertyui qwertyuiop
    ranger robert root samantha samsung secret secret123 senha123 shadow silver slipknot snoopy soccer solo spiderman
    starwars starwars1 stephanie summer summer123 sunshine sunshine1 superman superman1 superstar supervisor taylor
    test test1234 test12345 testing testtest thomas thunder tigger tinkerbell trustno1 trustno1! vanessa victoria
    warehouse warehouse1 welcome welcome1 welcome123 whatever william yankees zaq12wsx zaq1zaq1 zxcvbn zxcvbnm
    zxcvbnm1 zxcvbnm123 привет пароль пароль123 йцукен йцукенгш йцукенгшщз любовь qwertyzxc
"""
_COMMON = frozenset(_LEAKED.split())


def weaknesses(password: str, about: Mapping[str, str]) -> list[str]:
    """What is wrong with a password; nothing when it is good enough. `about` are texts that people connect with the
    user, by what they are ("username": "sam")."""
    found = [f"The password is too similar to the {what}." for what, text in about.items() if _alike(password, text)]
    if len(password) < SHORTEST:
        found.append(f"This password is too short. It must contain at least {SHORTEST} characters.")
    if password.strip().lower() in _COMMON:
        found.append("This password is too common.")
    if password.isdigit():
        found.append("This password is entirely numeric.")
    return found


def _alike(password: str, text: str) -> bool:
    """Whether the password is close to the text or to a word of it."""
    lowered = password.lower()
    words = {text.lower(), *text.lower().replace("@", " ").replace(".", " ").replace("-", " ").split()}
    return any(
        SequenceMatcher(a=lowered, b=word).quick_ratio() >= MOST_ALIKE
        for word in words
        if word and len(word) * 10 >= len(lowered) and len(lowered) * 10 >= len(word)
    )
