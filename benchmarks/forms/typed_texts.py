"""What stands on forms around their fields: titles, headings, running text, small print; by language."""

# ruff: noqa: E501

from __future__ import annotations

import random

from benchmarks.forms.pools import pool

TITLES = {
    "de": "Formular|Antrag|Bescheinigung|Erfassungsbogen|Datenblatt|Nachweis|Protokoll|Auszug", "fr": "Formulaire|Attestation|Fiche|Relevé|Demande|Bulletin|Procès-verbal",
    "es": "Formulario|Solicitud|Certificado|Ficha|Hoja de datos|Comprobante|Acta", "it": "Modulo|Domanda|Attestato|Scheda|Ricevuta|Verbale",
    "pt": "Formulário|Requerimento|Certidão|Ficha|Recibo|Auto", "nl": "Formulier|Aanvraag|Verklaring|Gegevensblad|Bewijs|Overzicht",
    "pl": "Formularz|Wniosek|Zaświadczenie|Karta|Potwierdzenie|Protokół", "sv": "Blankett|Ansökan|Intyg|Uppgifter", "da": "Blanket|Ansøgning|Attest|Oplysninger",
    "no": "Skjema|Søknad|Bekreftelse|Opplysninger",
}  # fmt: skip
PARTS = {
    "en": "Details|Part A|Part B|Section 1|Section 2|Particulars|Further information|To be completed in full|Entries|Data|For office use|Overview",
    "de": "Angaben|Teil A|Teil B|Abschnitt 1|Weitere Angaben|Daten|Übersicht", "fr": "Renseignements|Partie A|Section 1|Détails|Autres informations|À remplir",
    "es": "Datos|Parte A|Sección 1|Detalles|Otros datos|Resumen", "it": "Dati|Parte A|Sezione 1|Dettagli|Altri dati", "pt": "Dados|Parte A|Secção 1|Detalhes|Outros dados",
    "nl": "Gegevens|Deel A|Onderdeel 1|Nadere gegevens|Overzicht", "pl": "Dane|Część A|Sekcja 1|Szczegóły|Pozostałe dane",
}  # fmt: skip
OPENINGS = {
    "en": "We confirm the following:|According to our records:|The following was noted at the counter:|With reference to your enquiry we state:|Our files say:|It is hereby certified as follows:",
    "de": "Wir bestätigen Folgendes:|Nach unseren Unterlagen gilt:|Zu Ihrer Anfrage teilen wir mit:", "fr": "Nous confirmons ce qui suit :|Selon notre dossier :|Il est certifié ce qui suit :",
    "es": "Confirmamos lo siguiente:|Según nuestros registros:|Se hace constar:", "it": "Confermiamo quanto segue:|Secondo i nostri atti:|Si attesta:",
    "pt": "Confirmamos o seguinte:|Segundo os nossos registos:", "nl": "Wij bevestigen het volgende:|Volgens onze gegevens:", "pl": "Potwierdzamy, co następuje:|Według naszych danych:",
    "sv": "Vi bekräftar följande:", "da": "Vi bekræfter følgende:", "no": "Vi bekrefter følgende:",
}  # fmt: skip
IS = {
    "en": "is",
    "de": "ist",
    "fr": "est",
    "es": "es",
    "it": "è",
    "pt": "é",
    "nl": "is",
    "pl": "to",
    "sv": "är",
    "da": "er",
    "no": "er",
}
SENTENCES = {
    "en": (
        "Please {do} this {paper} {when}.|{Whoever} must {do} the {paper} {when}.|False or missing entries may {harm}.|{Whoever} agrees that the data are kept {span}.|"
        "This {paper} is valid without signature.|Changes must be told to the {office} {when}.|Entries in pencil are not accepted.|If anything is unclear, ask at the {office}.|"
        "Use block letters and black ink.|A copy of this {paper} goes to the {office}.|Tick what applies and leave the rest empty.|The {office} may ask for further papers {span} later.|"
        "Complaints must reach the {office} {when}.|Our terms hold as displayed at the {office}."
    ),
    "de": "Bitte in Druckbuchstaben ausfüllen.|Zutreffendes bitte ankreuzen.|Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.|Änderungen sind unverzüglich mitzuteilen.|Die Angaben werden vertraulich behandelt.|Bitte bewahren Sie diesen Beleg gut auf.|Es gelten unsere allgemeinen Bedingungen.",
    "fr": "À remplir en lettres capitales.|Cochez la case utile.|Document à conserver sans limite de durée.|Toute fausse déclaration est punissable.|Les données sont traitées de façon confidentielle.|Merci de signaler tout changement sans délai.",
    "es": "Rellene el impreso con letra clara.|Marque lo que proceda.|Conserve este documento.|Los datos se tratarán de forma confidencial.|Cualquier cambio debe comunicarse sin demora.|Documento válido sin firma.",
    "it": "Compilare in stampatello.|Barrare la casella interessata.|Conservare il presente documento.|I dati sono trattati in modo riservato.|Ogni variazione va comunicata subito.",
    "pt": "Preencher com letra legível.|Assinale o que se aplica.|Guarde este documento.|Os dados são confidenciais.|Qualquer alteração deve ser comunicada.",
    "nl": "Invullen in blokletters.|Aankruisen wat van toepassing is.|Bewaar dit document goed.|Wijzigingen direct doorgeven.|De gegevens worden vertrouwelijk behandeld.",
    "pl": "Wypełnić drukowanymi literami.|Zaznaczyć właściwe.|Dokument należy zachować.|Dane są poufne.|O zmianach należy niezwłocznie powiadomić.",
    "sv": "Texta tydligt.|Kryssa för det som gäller.|Spara denna handling.|Ändringar ska anmälas genast.", "da": "Udfyldes med blokbogstaver.|Sæt kryds.|Gem dette dokument.|Ændringer meddeles straks.",
    "no": "Bruk blokkbokstaver.|Sett kryss.|Ta vare på dette dokumentet.|Endringer må meldes straks.",
}  # fmt: skip
SLOTS = {
    "do": "return|keep|sign|check|hand in|fold|complete", "paper": "form|sheet|paper|slip|record|notice", "when": "within a week|before leaving|in good time|at once|by the end of the month|without being asked",
    "Whoever": "The holder|Every applicant|Whoever signs|The undersigned|The customer|Each party", "harm": "delay the matter|lead to refusal|cost extra|make it void",
    "span": "for ten years|for six months|as the law demands|up to a year|as long as needed", "office": "front desk|office|counter|registry|branch|information desk",
}  # fmt: skip
SIGNED = {
    "en": "Signature|Signed|Authorised signature|Sign here", "de": "Unterschrift", "fr": "Signature", "es": "Firma", "it": "Firma", "pt": "Assinatura", "nl": "Handtekening", "pl": "Podpis",
    "sv": "Namnteckning", "da": "Underskrift", "no": "Underskrift",
}  # fmt: skip
AS_OF = {
    "en": "Printed|Printed on|Version of|As of|Run date",
    "de": "Stand:|Gedruckt am|Version vom",
    "fr": "Imprimé le|Version du",
    "es": "Impreso el|Versión de",
    "it": "Stampato il",
    "pt": "Impresso em",
    "nl": "Afgedrukt op|Versie van",
    "pl": "Wydrukowano dnia|Wersja z dnia",
}
OFFICE = {
    "en": "For office use only|OFFICE USE|Do not write here|Remarks of the office",
    "de": "Nur für amtliche Vermerke|Bearbeitungsvermerke",
    "fr": "Réservé à l'administration|Ne rien inscrire ici",
    "es": "Espacio reservado a la administración",
    "it": "Spazio riservato all'ufficio",
    "nl": "Niet invullen|In te vullen door kantoor",
    "pl": "Wypełnia urząd",
}
PAGES = {
    "en": "Page {} of {}|Page {}/{}|{} / {}",
    "de": "Seite {} von {}|Blatt {}/{}",
    "fr": "Page {} sur {}|{} / {}",
    "es": "Página {} de {}",
    "it": "Pagina {} di {}",
    "nl": "Pagina {} van {}",
    "pl": "Strona {} z {}",
}


def words(table: dict[str, str], language: str, rng: random.Random) -> str:
    """One of a table's texts in a language; English where it has none."""
    return rng.choice(pool(table.get(language) or table["en"]))


def sentence(language: str, rng: random.Random) -> str:
    """A sentence that says nothing about the fields."""
    text = rng.choice(pool(SENTENCES.get(language) or SENTENCES["en"]))
    return text.format(**{slot: rng.choice(pool(choices)) for slot, choices in SLOTS.items()})


def title(name: str, language: str, rng: random.Random) -> str:
    """What stands at the head: what the form type is called, or something general in its language."""
    if language != "en" and name.isascii() and rng.random() < 0.7 and language in TITLES:
        return words(TITLES, language, rng)
    made = name if rng.random() < 0.4 else name[0].upper() + name[1:]
    return rng.choice((made, made, made.upper(), made.title()))
