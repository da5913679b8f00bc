"""Fields that no vocabulary has: made of things and what may be said of them, so that only the label tells the answer."""

# ruff: noqa: E501

from __future__ import annotations

import random
from functools import cache
from typing import Any

# English|German; a German word is joined to what follows ("Zwinger" + "nummer")
THINGS = """\
kennel|Zwinger boat|Boots trailer|Anhänger turbine|Turbinen pallet|Paletten beehive|Bienenstock locker|Schließfach \
stall|Stall workshop|Werkstatt piano|Klavier telescope|Teleskop badge|Ausweis tent|Zelt berth|Liegeplatz \
garden_plot|Parzellen mooring|Ankerplatz crate|Kisten drone|Drohnen lift|Aufzugs boiler|Kessel silo|Silo \
greenhouse|Gewächshaus easel|Staffelei saddle|Sattel aquarium|Aquarium tree|Baum sample|Proben probe|Sonden \
machine|Maschinen parcel|Paket container|Container desk|Schreibtisch table|Tisch key|Schlüssel cabin|Kabinen \
bicycle|Fahrrad scooter|Roller tool|Werkzeug pump|Pumpen meter|Zähler antenna|Antennen horse|Pferde dog|Hunde \
parking_space|Stellplatz ski|Ski barrel|Fass stage|Bühnen camera|Kamera kiln|Ofen"""

# English|German ending|kind|patterns of values|questions, where {} is the thing
SAID = (
    "number|nummer|identifier|##|###|@-##|####|@##|##/#~What is the {} number?|Which {} number?|{} no|{} number|{} #",
    "code|-Code|identifier|@@##|##-@@|@#@#|####-@~What is the {} code?|{} code?|Which code has the {}?",
    "name|name|text|Luna|Old Bess|Seagull II|Falcon|Mira|Big Red|Aurora~What is the {} called?|What is the name of the {}?|{} name",
    "colour|farbe|text|dark green|red|blue / white|silver|yellow|black~What colour is the {}?|Which colour has the {}?|{} colour",
    "type|typ|text|MK II|standard|compact|heavy duty|X-200|open|T3~What type of {} is it?|Which {} type?|{} type",
    "weight|gewicht|text|12.5 kg|480 kg|1,250 kg|3.2 t|96 kg~How heavy is the {}?|What is the weight of the {}?|{} weight",
    "length|länge|text|2.40 m|11 m|185 cm|36 ft|60 cm~How long is the {}?|What is the {} length?",
    "keeper|halter|name||~Who keeps the {}?|Who is the {} keeper?|Name of the {} keeper?",
    "inspector|prüfer|name||~Who inspected the {}?|Who is the {} inspector?",
    "location|standort|text|Hall 3|North yard|Row 7|Building C|East wing|Pier 2~Where is the {}?|Where does the {} stand?|{} location",
    "inspected on|prüfung|date||~When was the {} inspected?|When was the {} last checked?|{} inspection date",
    "deposit|kaution|money||~How much is the {} deposit?|What is the deposit for the {}?|{} deposit",
)

# English label|kind|patterns|questions
ODD = """\
Blood type|text|A+^0 neg^AB Rh+^O+|What is the blood type?^Which blood group?
Shoe size|number|42^38^7.5^44|What is the shoe size?^Which size of shoe?
T-shirt size|text|M^L^XL^S|What size is the T-shirt?^T-shirt size?
Dietary needs|text|vegetarian^vegan^no pork^none^gluten free|What does the guest not eat?^What are the dietary needs?
Wi-Fi password|identifier|*****##^guest####|What is the Wi-Fi password?^wifi password
Breakfast time|time|07:30^08:00^9.15|When is breakfast?^At what time is breakfast served?
Shift pattern|text|4 on 4 off^early/late^nights only|What is the shift pattern?
Parking permit|identifier|P-###^####|What is the parking permit?^Which permit is for parking?
Frequent flyer no.|identifier|@@ #######^########|What is the frequent flyer number?
Baggage|text|1PC^23 kg^2 x 23 kg^0PC|How much baggage is allowed?^What baggage is included?
Pick-up point|text|Gate B^Old harbour^Main square^Kiosk 4|Where is the pick-up?^Where are they picked up?
Driver|name||Who is the driver?^Who drives?
Coach of the team|name||Who coaches the team?^Who is the coach of the team?
Squad number|number|##^#|What is the squad number?^Which number does the player wear?
Batting order|number|#|What is the batting order?
Loan period|text|21 days^4 weeks^14 days|How long is the loan period?^For how long is it lent?
Shelf mark|identifier|@@ ###.#^Qx ##|What is the shelf mark?^Where on the shelf is it?
Copies|number|#^##|How many copies are there?^copies
Pages|number|###^##|How many pages?^How many pages does it have?
Species|text|Border Collie^Siamese^Barn owl^Carp|What species is it?^Which species?
Microchip|identifier|###############^#### #### ####|What is the microchip number?^microchip no
Colour of coat|text|tabby^brindle^black and tan|What colour is the coat?
Vet|name||Who is the vet?^Which vet?
Feeding|text|twice daily^08:00 and 18:00^ad lib|How often is it fed?^When is it fed?
Crew size|number|#^##|How many crew are there?^How large is the crew?
Home port|text|Kiel^Falmouth^Brest^Sopot|What is the home port?^Which port is home?
Draught|text|1.80 m^2.1 m^0.95 m|What is the draught?^How deep does she lie?
Engine hours|number|####^1,2##|How many engine hours?^What do the engine hours say?
Tank level|text|3/4^full^half^62 %|How full is the tank?^What is the tank level?
Mileage out|number|##,###^#####|What was the mileage at the start?^mileage out
Mileage in|number|##,###^#####|What was the mileage on return?^mileage in
Fuel type|text|Diesel^Petrol^Electric^E10|Which fuel does it take?^fuel
Tariff|text|Green Flex^Basic 24^Night saver|Which tariff applies?^What is the tariff?
Meter reading|number|######^##,###|What is the meter reading?^What does the meter read?
Consumption|text|1,2## kWh^### m3^## GJ|How much was used?^What is the consumption?
Connection|text|fibre 250^DSL^3 x 25 A|What kind of connection is it?
Course title|text|Pottery I^Bookkeeping^Welding for beginners|What is the course called?^Which course?
Credits earned|number|#^##|How many credits were earned?^credits
Grade|text|B+^2.3^Pass^A|What is the grade?^Which grade was given?
Semester|text|WS 24/25^Spring 2025^3|Which semester?^semester
Tutor|name||Who is the tutor?^Who teaches the course?
Exam room|identifier|@###^Hall #|In which room is the exam?^Which exam room?
Attendance|text|92 %^18/20^regular|What is the attendance?
Instrument|text|cello^alto sax^violin 3/4^drums|Which instrument?^What instrument does the pupil play?
Lane|number|#|Which lane?^In which lane does the swimmer start?
Heat|number|#^##|Which heat?
Finish time|time|01:42:##^3:15:##|What was the finish time?^How long did the run take?
Bib|number|####^###|What is the bib number?^Which bib does the runner wear?
Club|text|SV Nordwind^Harriers AC^Ciclo Sol|Which club?^For which club does the runner start?
Serial no.|identifier|SN######^@@##-####^########|What is the serial number?^serial no
Firmware|text|v2.#.#^1.0#^R##|Which firmware is installed?^firmware version
Warranty|text|24 months^3 years^until 2028|How long is the warranty?^What warranty is given?
Voltage|text|230 V^12 V^400 V / 50 Hz|What is the voltage?^voltage
Fault|text|no display^leaks oil^E-07^does not start|What is the fault?^What is wrong with the device?
Technician|name||Who is the technician?^Who repaired it?
Urgency|text|high^routine^low^2|How urgent is it?^What is the urgency?
Sample taken|time|08:1#^14:##|When was the sample taken?
Fasting|text|12 h^no^yes|Was the patient fasting?
Ward|identifier|@#^Ward #^#-West|Which ward?^On which ward is the patient?
Bed|identifier|##^#@^Bed #|Which bed?^What is the bed number?
Next of kin|name||Who is the next of kin?^next of kin
Religion|text|none^RC^Muslim^Protestant|What is the religion?
Mother tongue|text|Polish^Turkish^English^Tamil|What is the mother tongue?^Which language is the mother tongue?
Interpreter|text|not needed^Arabic^yes|Is an interpreter needed?^Which interpreter?
Pharmacy|text|Rose Pharmacy^Löwen-Apotheke^Corner Chemist|Which pharmacy?^What is the pharmacy?
Container seal|identifier|@@##### ^ML-#####|What is the container seal?^seal no
Tare|text|2,200 kg^18 t^350 kg|What is the tare?
Hazard class|text|3^8^none^2.1|Which hazard class?^hazard class
Temperature|text|2-8 C^-18 C^ambient|At what temperature is it kept?^temperature
Carrier|company||Who is the carrier?^Which carrier transports it?
Customs broker|company||Who is the customs broker?
Incoterm|text|DAP^FCA^EXW^CIF Porto|Which incoterm applies?^incoterm
Dock|identifier|##^@#|Which dock?^At which dock is it unloaded?
Packages|number|##^#|How many packages are there?^number of packages
Square metres|number|##^##.5^1##|How large is the flat?^How many square metres?
Floor|text|3rd^ground^2^attic|On which floor is it?^Which floor?
Rooms|number|3^2.5^4|How many rooms has the flat?^rooms
Heating|text|gas^district heating^heat pump|How is the flat heated?^What kind of heating?
Notice period|text|3 months^30 days^4 weeks|How long is the notice period?^What is the notice period?
Keys handed over|number|#|How many keys were handed over?
Caretaker|name||Who is the caretaker?
Voter ID|identifier|@@@#######^########|What is the voter ID?
Polling station|text|School Hall^Town library^Fire house|Where is the polling station?^Which polling station?
Precinct|identifier|##^#-@|Which precinct?
Hobby|text|chess^gliding^choir|What is the hobby?^Which hobby is given?
Extension|number|####^###|What is the extension?^Which extension?
Cost centre|identifier|####^CC-###|What is the cost centre?^cost center
Asset tag|identifier|IT-####^#####|What is the asset tag?
Cylinder|text|-1.25^+0.50^-0.75|What is the cylinder?
Lens|text|progressive^single vision^CR-39|Which lens?
Casting|text|lead^extra^understudy|What part is cast?
Row|identifier|@^##|Which row?^In which row is the seat?
Block|identifier|@^###|Which block?
Doors open|time|18:30^7 pm^19.00|When do the doors open?
Dress code|text|casual^black tie^smart|What is the dress code?"""


@cache
def free() -> dict[str, dict[str, Any]]:
    """All free fields, with the same keys as in wording.toml and "values"."""
    made: dict[str, dict[str, Any]] = {}
    for pair in THINGS.split():
        thing, german = pair.replace("_", " ").split("|")
        for said in SAID:
            made[_key(thing, said.split("|")[0])] = _said(thing, german, said)
    for line in ODD.splitlines():
        label, kind, values, questions = line.split("|")
        call = label if label.split()[0].isupper() else label[0].lower() + label[1:]
        made[_key("odd", label)] = _entry(kind, values.replace("^", "|"), [label], [call], questions.split("^"))
    return made


def _said(thing: str, german: str, said: str) -> dict[str, Any]:
    """One thing and what is said of it, such as a kennel's number."""
    facts, questions = said.split("~")
    attribute, ending, kind, values = facts.split("|", 3)
    label = f"{thing} {attribute}"
    shown = [
        label.capitalize(),
        label.title(),
        label.replace("number", "no.").capitalize(),
        f"{thing}: {attribute}".capitalize(),
    ]
    if attribute == "number":
        shown += [thing.capitalize(), f"{thing} #".capitalize()]
    asked = [question.format(thing) for question in questions.split("|")]
    call = label if attribute != "inspected on" else f"{thing} inspection"
    entry = _entry(kind, values, shown, [call], [question[0].upper() + question[1:] for question in asked])
    joined = f"{german}{ending}" if ending[0] != "-" else f"{german.rstrip('s')}{ending}"
    return {**entry, "de": [joined, joined.replace("nummer", "-Nr.")]}


def _entry(kind: str, values: str, labels: list[str], call: list[str], ask: list[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": kind, "en": labels, "call": call, "ask": ask}
    return {**entry, "values": values} if values else entry


def _key(thing: str, attribute: str) -> str:
    return "free_" + "_".join("".join(c if c.isalnum() else " " for c in f"{thing} {attribute}").lower().split())


def some(rng: random.Random, count: int, things: int = 2) -> tuple[list[str], list[str]]:
    """Free fields to print, and others that are like them to be asked for in vain.

    Up to two thirds are said of the same few ``things``, the rest are odd ones.
    """
    odd = [key for key in free() if key.startswith("free_odd_")]
    chosen = [pair.split("|")[0] for pair in rng.sample(THINGS.split(), things)]
    keys = {thing: [key for key in free() if key.startswith(f"free_{thing}_")] for thing in chosen}
    there: list[str] = []
    for thing in chosen:
        there += rng.sample(keys[thing], min(len(keys[thing]), max(1, count // (3 if things > 1 else 2))))
    left = [key for thing in chosen for key in keys[thing] if key not in there]
    lacking = rng.sample(left, 3) + rng.sample(odd, 2)
    there += rng.sample([key for key in odd if key not in lacking], max(0, count - len(there)))
    rng.shuffle(there)
    return there, lacking
