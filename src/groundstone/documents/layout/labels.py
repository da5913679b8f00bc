"""Does this read like a label? Words alone, without places: colons, digits, and words that forms name their fields by.

The words are those that labels of all kinds of forms end or begin with, in the languages of Latin script most used; the
vocabulary of fields that questions are understood by is elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HEADS = frozenset(
    """
    name names surname forename firstname lastname middle initial initials title prefix suffix alias nickname
    maiden date day month year time birth born dob age sex gender nationality citizenship country state province
    county city town village district region street address addr postcode postal zip code place location phone
    telephone tel mobile cell fax email e-mail mail website web contact number numbers no nr num id identifier
    identification ref reference # registration licence license passport document certificate card account acct
    policy member membership customer client patient beneficiary holder applicant employee employer company
    organisation organization department dept position occupation profession job role school degree vaccine
    vaccination immunization immunisation manufacturer product brand batch lot dose doses disease target agent
    status type category class kind form version page issued issuer issue authority expiry expires expiration
    valid until from to start end begin since due received delivered signature signed signatory witness total
    subtotal sub-total amount sum balance price cost rate fee fees charge discount tax gst vat net gross paid
    change cash quantity qty unit units item items description desc currency payment method terms invoice
    receipt bill order purchase cashier table server terminal merchant store branch bank iban bic swift salary
    wage income pay period hours overtime weight height eye eyes hair colour color blood group religion marital
    relationship mother father spouse guardian emergency allergies medication diagnosis physician doctor
    hospital clinic remarks comments notes reason purpose subject vehicle make model plate vin result test
    specimen sample site route name(s) full given family first last home mailing permanent current previous

    nachname vorname vornamen familienname geburtsname geburtsdatum geburtstag geburtsort geboren geschlecht
    staatsangehörigkeit anschrift adresse straße strasse hausnummer postleitzahl plz ort wohnort land telefon
    handy datum nummer ausweisnummer versicherungsnummer kennzeichen ausgestellt gültig ablaufdatum unterschrift
    impfstoff impfung hersteller chargennummer dosis krankheit gesamt summe betrag zwischensumme mwst ust
    rechnung rechnungsnummer kundennummer menge preis einzelpreis bezeichnung beruf arbeitgeber firma
    familienstand alter kunde inhaber arzt behörde ausstellungsbehörde charge zeitraum anreise abreise zimmer gäste
    brutto netto bruttolohn nettolohn abteilung steuernummer bestellung fällig

    nom nom(s) prénom prénoms prenom prenoms naissance né née sexe nationalité rue ville pays téléphone courriel
    numéro numero n° délivré délivrance vaccin fabricant maladie montant tva facture quantité prix désignation
    employeur société âge lieu titulaire patient médecin autorité lot période échéance commande client arrivée départ
    nuits chambre voyageurs brut service référence caisse

    nombre nombres apellido apellidos nacimiento fecha sexo género nacionalidad dirección direccion calle ciudad
    país pais provincia teléfono telefono correo número documento expedición expedicion vencimiento caducidad
    vacuna fabricante lote enfermedad importe iva factura cantidad precio descripción ocupación empresa edad
    lugar titular médico autoridad periodo período llegada salida noches habitación huéspedes salario bruto neto
    departamento pedido cliente caja referencia localizador producto dosis válido
    cognome nome nascita data sesso nazionalità cittadinanza indirizzo via città citta paese rilascio scadenza
    vaccino produttore lotto malattia totale importo fattura quantità prezzo descrizione professione datore
    azienda età luogo comune titolare nominativo medico autorità periodo arrivo partenza notti camera ospiti lordo netto
    reparto ordine cliente cassa riferimento prenotazione volo posto prodotto dose

    naam voornaam voornamen achternaam geboortedatum geboorteplaats geslacht nationaliteit adres straat
    woonplaats telefoon documentnummer afgifte geldig handtekening fabrikant partij totaal bedrag btw factuur
    aantal prijs omschrijving beroep werkgever bedrijf leeftijd houder arts autoriteit periode aankomst vertrek nachten
    kamer gasten brutoloon nettoloon afdeling betaaldatum personeelsnummer bestelling klant kassa referentie

    sobrenome apelido nascimento nacionalidade endereço endereco rua cidade estado telefone emissão emissao
    validade assinatura vacina doença valor fatura quantidade preço descrição profissão idade local morada titular
    médico autoridade período chegada partida noites quarto hóspedes bruto líquido departamento pedido cliente caixa
    referência fabricante lote

    wystawienia ważności ważny lekarz producent dawka data okres zameldowanie wymeldowanie pokój goście brutto netto
    dział zamówienie klient kasa razem kwota suma faktura
    imię imie nazwisko urodzenia płeć obywatelstwo ulica miasto kraj numer podpis szczepionka seria namn
    efternamn förnamn födelsedatum kön adress fornavn etternavn fødselsdato kjønn navn efternavn
    """.split()
)
SMALL = frozenset(
    "of the and or in on at by for to with your a an de du des la le les del della di da do dos das der die den und "
    "oder von vom zum zur am im et ou y e o en van het een og och i &".split()
)
SECTIONS = frozenset(
    "details information info particulars section part data record history summary application certificate form report "
    "declaration instructions notes terms conditions thank thanks welcome angaben informationen renseignements datos "
    "dati gegevens dados bescheinigung attestation certificado certificato".split()
)
PARTS = frozenset("section part abschnitt teil partie sección seccion sezione parte".split())
SHORT = 5  # words of a label, mostly
LONG = 10  # more words than this are a sentence
NUMBERED = re.compile(r"^\(?\d{1,2}[a-z]?[.)]+ (?=[^\W\d_]{2})")  # the number of a field
ASIDE = re.compile(r"\([^)]*\)?")
FORMAT = re.compile(
    r"^[(\[]?(?:d{1,2}|m{1,3}|y{2,4}|t{2}|j{2,4}|a{2,4})(?:[-/. ](?:d{1,2}|m{1,3}|y{2,4}|t{2}|j{2,4}|a{2,4}))+[)\]]?$",
    re.I,
)
WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*°?|[#°]")
ELIDED = re.compile(r"^(?:d|l|all|dall|dell|nell|qu)['’](?=\w{3})")
OPEN = frozenset("by on to in at from thru".split())  # small words that short labels end with: "Issued by", "Check in"


def ends_label(text: str) -> bool:
    """Ends in a colon, or in a colon and a leader."""
    return text.rstrip(" ._…").endswith((":", "："))


@lru_cache(maxsize=8192)
def likeness(text: str) -> float:
    """How much the text reads like a label, from 0 (a value, a sentence) to 1."""
    if ends_label(text):
        return 0.97 if _letters(text) and len(text.split()) <= LONG + 2 else 0.3
    text = NUMBERED.sub("", text)
    words = text.split()
    core = ASIDE.sub(" ", text).strip() or text
    if not _letters(core) or len(words) > LONG:
        return 0.03
    if _digits(core) > 0.25 or (core.endswith((".", ",", ";")) and len(words) > 3 and not names_field(words[-1])):
        return 0.06
    likely = _by_words([folded(found) for found in WORD.findall(core)])
    if core[0].islower():
        likely *= 0.7
    if len(words) > SHORT:
        likely *= 0.7 if len(words) <= SHORT + 2 else 0.35
    if folded(words[-1]) in SMALL:
        likely *= 1.0 if folded(words[-1]) in OPEN and len(words) < 4 else 0.3  # else a line of running text
    return likely * (0.55 if _digits(core) else 1.0)


def is_section(text: str) -> bool:
    """A heading of a part of the form, rather than a field ("Personal Details", "Section 2")."""
    words = [folded(found) for found in WORD.findall(text)]
    return bool(words) and (words[-1] in SECTIONS or words[0] in PARTS)


def ends_heading(text: str) -> bool:
    """One word that headings end with, and not what a field says ("Record" of "Vaccination Record")."""
    found = WORD.findall(text)
    return len(found) == 1 and folded(found[0]) in SECTIONS


def is_format(text: str) -> bool:
    """Tells how to write the value: "(DD/MM/YYYY)"."""
    return FORMAT.match(text.strip()) is not None


def names_field(word: str) -> bool:
    """One of the words that labels are made of."""
    core = folded(word.strip(" :：.,;()[]"))
    return core in HEADS or folded(word).strip(":") in HEADS


def digits_share(text: str) -> float:
    return _digits(text)


def folded(word: str) -> str:
    return ELIDED.sub("", unicodedata.normalize("NFKC", word).casefold().rstrip("."))


def _by_words(words: list[str]) -> float:
    heads = [word for word in words if word in HEADS]
    telling = [word for word in words if word not in SMALL]
    if not telling:
        return 0.1
    share = len(heads) / len(telling)
    if words[-1] in SECTIONS or words[0] in PARTS:
        return 0.25
    if not heads:
        return 0.25 if len(telling) <= SHORT else 0.1
    edge = words[-1] in HEADS or words[0] in HEADS
    return min(0.45 + 0.4 * share + (0.08 if edge else 0.0), 0.93)


def _letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _digits(text: str) -> float:
    inked = [letter for letter in text if not letter.isspace()]
    return sum(letter.isdigit() for letter in inked) / max(len(inked), 1)
