"""Invented and everyday words that values are made of: names by origin, streets, towns, companies, goods."""

# ruff: noqa: E501

from __future__ import annotations


def pool(text: str) -> list[str]:
    return text.split("|")


GIVEN = {  # women|men; a low line stands for a blank
    "en": "Emily Olivia Grace Hannah Charlotte Megan Victoria Ruth Abigail Joanne|James Oliver George Harry Daniel Samuel Edward Peter Liam Thomas",
    "de": "Anna Lena Sabine Ursula Käthe Jördis Monika Heike Greta Marlene|Jürgen Lukas Stefan Günther Matthias Bernd Jörg Uwe Felix Karl-Heinz",
    "fr": "Chloé Camille Amélie Hélène Françoise Zoé Margaux Inès Élodie Sylvie|Étienne François Luc Jérôme Théo Rémi Benoît Hugo Jean-Pierre Gaël",
    "es": "Lucía María Carmen Begoña Inés Pilar Nuria Paula Ana_María Elena|José Íñigo Álvaro Javier Raúl Sergio Andrés Tomás Pablo Joaquín",
    "it": "Giulia Chiara Francesca Alessia Beatrice Ilaria Noemi Paola Silvia Elisa|Marco Giuseppe Niccolò Matteo Davide Luca Alessandro Paolo Gianluca Enzo",
    "pt": "Inês Beatriz Joana Mariana Conceição Luísa Rita Catarina Sofia Helena|João Tiago Rui Gonçalo Nuno Miguel António Luís Simão Duarte",
    "nl": "Sanne Anouk Femke Lotte Mieke Fleur Roos Marieke Esmée Ilse|Jeroen Bas Pieter Sander Thijs Willem Joost Daan Ruud Maarten",
    "pl": "Zofia Agnieszka Małgorzata Łucja Katarzyna Bożena Hanna Ewa Żaneta Iwona|Paweł Łukasz Grzegorz Wojciech Krzysztof Michał Tomasz Piotr Stanisław Jan",
    "in": "Priya Ananya Kavita Sunita Lakshmi Meera Deepa Neha Pooja Asha|Rahul Arjun Vikram Suresh Sanjay Amit Rajesh Anil Karthik Mohan",
    "cn": "Mei Xiaoling Li_Hua Yan Jing Hui_Min Siew_Ling Fang Yi_Ting Lan|Wei Jian Ming Hao Chee_Keong Kok_Wai Jun Bo Guang Zhi_Wei",
    "vn": "Thi_Lan Linh Huong Mai Thuy Ngoc Trang Hoa Yen Phuong|Van_Minh Duc Quang Tuan Hung Bao Long Nam Khoa Thanh",
    "tr": "Ayşe Fatma Zeynep Elif Gülşen Merve Şule Derya Emine Çiğdem|Mehmet Ahmet Mustafa Çağlar Oğuz Emre İbrahim Hakan Kemal Yusuf",
    "no": "Ingrid Åse Kari Astrid Sigrid Freja Linnéa Elsa Solveig Maja|Lars Øyvind Erik Bjørn Håkon Søren Magnus Nils Jens Sven",
    "af": "Amina Ngozi Wanjiru Thandiwe Adaeze Zanele Nomsa Abena Chioma Akosua|Kwame Chinedu Tunde Sipho Kofi Babajide Juma Emeka Mandla Otieno",
    "ar": "Fatima Layla Noor Aisha Salma Mariam Huda Rania Yasmin Zahra|Ahmed Omar Khalid Youssef Hassan Ibrahim Tariq Mahmoud Faisal Karim",
    "my": "Nurul_Aisyah Siti_Nurhaliza Farah Aminah Puteri Rosnah Zalina Haslinda Nor_Azlina Intan|Muhammad_Hafiz Azman Faizal Zulkifli Ismail Hafizuddin Roslan Kamal Razak Shahrul",
}
SURNAMES = {
    "en": "Smith Hughes Whitaker O'Brien Harding Lockwood Fletcher MacLeod Ashdown Barrow Collins Reed Pemberton Quigley Winters Doyle",
    "de": "Müller Schröder Weiß Hoffmann Krüger Böttcher Lange Kaiser Zimmermann von_Berg Jäger Vogel Großmann Brandt Pohl Engel",
    "fr": "Lefèvre Dubois Moreau Garçon Bérard Lemaître d'Arcy Fontaine Château Girard Noël Marchand Rousseau Petit Vasseur Delacroix",
    "es": "García_López Núñez Fernández Muñoz Ibáñez Ruiz_Peña Ortega Castaño Vázquez Romero Gil Serrano Domínguez Marín Soler Cano",
    "it": "Rossi Bianchi D'Angelo Esposito Ferrari Colombo De_Luca Ricci Conti Gallo Moretti Greco Bruno Barbieri Rinaldi Fabbri",
    "pt": "Silva Gonçalves Araújo Conceição Ferreira Magalhães Sousa Simões Lopes Barreto Assunção Pinto Mendes Teixeira Nóbrega Rocha",
    "nl": "de_Vries van_den_Berg Jansen Bakker Visser Smit Meijer de_Boer Mulder Dekker Brouwer Kuipers Hoekstra van_Dijk Postma Blom",
    "pl": "Kowalska Wiśniewski Wójcik Kamiński Zieliński Dąbrowska Łukasik Szymański Pawłowski Jabłońska Nowak Wróbel Górski Żak Mazur Krawczyk",
    "in": "Sharma Patel Iyer Reddy Gupta Nair Chatterjee Deshmukh Rao Verma Menon Kulkarni Banerjee Pillai Mehta Joshi",
    "cn": "Wang Zhang Chen Tan Lim Wong Ong Goh Teo Ng Lee Liu Zhao Huang Yap Chong",
    "vn": "Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do Ngo Duong",
    "tr": "Yılmaz Kaya Demir Çelik Şahin Öztürk Aydın Arslan Doğan Koç Kılıç Güneş",
    "no": "Hansen Bjørnstad Lindqvist Ødegård Nyström Sørensen Åkesson Berg Holmgren Dahl Lund Kjær",
    "af": "Okafor Mensah Ndlovu Mwangi Adeyemi Dlamini Kamau Owusu Eze Nkosi Banda Achebe",
    "ar": "Al-Masri Haddad Nasser Mansour El-Sayed Khoury Aziz Rahman Saleh Bakr Hariri Jaber",
    "my": "binti_Abdullah bin_Ahmad bin_Hassan Rahman Ibrahim bin_Osman binti_Yusof Ismail Zakaria bin_Salleh",
}
NATIONALITIES = "British|German|French|Spanish|Italian|Portuguese|Dutch|Polish|Norlandish|Indian|Malaysian|DEU|FRA|ESP|NLD|POL|GBR|Irish|Swedish|Utopian"
COUNTRIES = "Norland|Republic of Norland|Westmark|Sudonia|Germany|France|Spain|Italy|Portugal|Netherlands|Poland|Ireland|Malaysia|India|Canada"
VACCINES = "Immunorix|Covaprim|Vaxonor 20|Corvaclear|NordVax mRNA|C19-Protect|Tribelix|Salvacor|Helixora BNT|Pandivac Plus|Sarsimune|Aerivax S"
MAKERS = "Norland Biologics|Helix Pharma AG|Vaxonor Ltd|Corva Labs Inc.|Primaris Biotech|Salus Laboratories|Aeris Pharma B.V.|Tribel S.A."
DISEASES = "COVID-19|SARS-CoV-2|Yellow fever|Covid-19|Influenza|Measles"
JOBS = "Sales Assistant|Software Engineer|Warehouse Operative|Nurse|Accountant|Store Manager|Electrician|Driver|Receptionist|Data Analyst|Chef|Teacher"
DEPARTMENTS = "Finance|Logistics|Sales|Research|Human Resources|Production|IT Services|Customer Care|Quality"
ROOMS = "Double Room Deluxe|Standard Twin|Single Room|Family Suite|Junior Suite|Superior King|Budget Double|Studio with balcony"
AIRPORTS = "London (LHR)|Berlin BER|Paris CDG|Madrid MAD|Lisbon|Rome FCO|Amsterdam AMS|Warsaw WAW|Dublin DUB|Norlandia NLX|Kuala Lumpur|Oslo"
PLANS = "Gold PPO|Silver Plus|Family Care 80|HMO Select|Comfort|Basic 2000|Premium Health|Choice Plus"
ALLERGIES = "Penicillin|None known|Peanuts|Latex|Pollen, dust|Ibuprofen|Shellfish"
EYES = "blue|brown|green|grey|BLUE|BRO|hazel"
AUTHORITIES = "Citizen Registry Office|Civil Registry Norland|Ministry of Interior|Town Office West|Passport Office|District Office 4"
CLINICS = "Lakeside Clinic|Harbour Medical Centre|North Gate Vaccination Hub|St. Clara Hospital|Rosewood Practice|City Health Point|Elm Street Surgery"
HOTELS = "Hotel Bellavista|The Grey Heron Inn|Pension Lindenhof|Harbour View Hotel|Hotel Miramar|Grand Norland Palace|Casa do Rio"
COMPANY_STEMS = (
    "Northwind Tools|Blue Fern|Amberline|Kestrel Office|Maple & Stone|Orchard Foods|Silverlake|Tulip Garden|Ironbridge|Sunny Corner|"
    "Perfect Print|Golden Lotus|Harvest Moon|Redwood Hardware|Cedar Lighting|Old Mill Bakery|Seaport Trading|Unihakka|Lighthouse Stationery|"
    "Five Star Auto|Green Valley|Popular Corner|Evergreen|Crystal Clear|Polar Frost|Big Apple Books|Rapid Parts|Little Wok|Sanford"
)
COMPANY_ENDS = {
    "en": "Ltd|Inc.|LLC|Trading Co.|Sdn Bhd|Enterprise|Restaurant|Supermarket|Hardware|(M) Sdn. Bhd.|Services|Group|Stores|plc",
    "de": "GmbH|AG|GmbH & Co. KG|e.K.|Handels GmbH|Bäckerei|Apotheke|Markt",
    "fr": "SARL|SAS|S.A.|et Fils|Boulangerie|Distribution|Frères",
    "es": "S.L.|S.A.|e Hijos|Supermercados|Distribuciones S.L.|Farmacia",
    "it": "S.r.l.|S.p.A.|& Figli|Alimentari|Ristorante|snc",
    "pt": "Lda.|S.A.|Comércio Lda|Supermercado|Farmácia|Unipessoal Lda",
    "nl": "B.V.|N.V.|V.O.F.|Supermarkt|Bakkerij|Handel B.V.",
    "pl": "Sp. z o.o.|S.A.|Sklep|Hurtownia|s.c.|Piekarnia",
}
STREETS = {
    "en": "{n} {s} Street|{n} {s} Road|{n} {s} Avenue|Unit {n}, {s} Park|{n} Old {s} Lane|No. {n} Jalan {s}|Flat 3, {n} {s} Close",
    "de": "{s}straße {n}|{s}weg {n}|Am {s}platz {n}|{s}str. {n}a|Alte {s}gasse {n}",
    "fr": "{n} rue {s}|{n} bis, avenue {s}|{n} boulevard {s}|{n} chemin {s}",
    "es": "Calle {s} {n}|Avda. {s}, {n}|Plaza {s} {n}, 2º B|C/ {s} {n}",
    "it": "Via {s} {n}|Corso {s}, {n}|Piazza {s} {n}|Viale {s} {n}/A",
    "pt": "Rua {s}, {n}|Avenida {s} {n}|Travessa {s}, {n} 2.º Esq.|Largo {s} {n}",
    "nl": "{s}straat {n}|{s}laan {n}|{s}weg {n}-B|{s}gracht {n}",
    "pl": "ul. {s} {n}|al. {s} {n}/4|ul. {s} {n} m. 7|os. {s} {n}",
}
CITIES = {  # the first is the form: CITY and digits
    "en": "CITY @@# #@@|Leeds|Ashford|Milton|Springfield|Penang|Greenville|Northport|Bristol|Cork|Fairview|Kingsbridge",
    "de": "##### CITY|Neustadt|Köln|Lübeck|München|Görlitz|Halle|Würzburg|Altenburg|Soest",
    "fr": "##### CITY|Lyon|Angoulême|Nîmes|Besançon|Villeneuve|Tours|Orléans|Saint-Malo",
    "es": "##### CITY|Sevilla|Cádiz|León|Málaga|A Coruña|Villanueva|Toledo|Gijón",
    "it": "##### CITY|Torino|Forlì|Bologna|Verona|Cantù|Lecce|Siena|Trieste",
    "pt": "####-### CITY|Porto|Évora|Setúbal|Coimbra|Faro|Guimarães|Lisboa|Viseu",
    "nl": "#### @@ CITY|Utrecht|Zwolle|Delft|Leiden|Groningen|Breda|Haarlem|Ede",
    "pl": "##-### CITY|Kraków|Łódź|Gdańsk|Poznań|Toruń|Białystok|Zamość|Opole",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
SHORT_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
}
GOODS = {
    "en": "A4 Paper 80g|Ballpoint Pen Blue|White Coffee|Nasi Goreng|LED Bulb 9W|Chicken Rice|Cable 3m|Paint White 5L|Green Tea|Notebook A5|Wood Screw 4x40|Brown Bread|Milk 1L|Hex Key Set|Service Charge Fee|Iced Lemon Tea|Steel Pipe|Ink Cartridge 62",
    "de": "Brötchen|Vollmilch 1L|Druckerpapier A4|Apfelsaft|Käse Gouda|Schrauben 4x40|Glühbirne LED|Kaffee 500g|Butter 250g",
    "fr": "Baguette tradition|Café crème|Lait demi-écrémé|Fromage comté|Cahier A5|Eau minérale|Croissant|Jus d'orange",
    "es": "Pan integral|Café con leche|Aceite de oliva|Jamón serrano|Agua mineral|Bombilla LED|Queso curado|Naranjas 2kg",
    "it": "Pane casereccio|Caffè espresso|Pasta 500g|Acqua naturale|Mozzarella|Olio d'oliva|Quaderno A5|Lampadina LED",
    "pt": "Pão de forma|Café|Leite meio gordo|Queijo flamengo|Água 1,5L|Azeite virgem|Sumo de laranja|Caderno A5",
    "nl": "Volkoren brood|Halfvolle melk|Koffie 500g|Goudse kaas|Schroeven 4x40|Sinaasappelsap|Printpapier|Stroopwafels",
    "pl": "Chleb żytni|Mleko 2%|Masło extra|Ser żółty|Woda mineralna|Kawa mielona|Zeszyt A5|Żarówka LED",
}
STATUSES = {
    "en": "Fully Vaccinated|FULLY VACCINATED|Partially vaccinated|Vaccinated|Complete|Fully vaccinated (2 doses)|Incomplete|Valid|Fully immunised|Not vaccinated|Partially Vaccinated (1 Dose)|Up to date|Boosted",
    "de": "Vollständig geimpft|Geimpft|Unvollständig geimpft|Grundimmunisiert",
    "fr": "Schéma complet|Complètement vacciné|Schéma incomplet|Vacciné",
    "es": "Pauta completa|Vacunación completa|Pauta incompleta|Vacunado",
    "it": "Ciclo completo|Vaccinato|Ciclo incompleto|Completamente vaccinato",
    "pt": "Vacinação completa|Esquema completo|Incompleto|Vacinado",
    "nl": "Volledig gevaccineerd|Gevaccineerd|Niet volledig|Basisserie voltooid",
    "pl": "W pełni zaszczepiony|Zaszczepiony|Niepełne szczepienie|Szczepienie kompletne",
}
DAY_FIRST = "{d:02}.{m:02}.{y}|{d:02}/{m:02}/{y}|{y}-{m:02}-{d:02}|{d:02}-{m:02}-{y}|{d:02} {mon} {y}|{d} {month} {y}|{d:02}-{mon}-{y}|{d:02} {MON} {y}|{d}.{m}.{y}|{d:02}.{m:02}.{yy:02}|{d:02}/{m:02}/{yy:02}|{y}/{m:02}/{d:02}|{d:02} {m:02} {y}|{d:02} {MON} {yy:02}"
MONTH_FIRST = "{m:02}/{d:02}/{y}|{month} {d}, {y}|{mon} {d:02}, {y}|{m}/{d}/{y}|{m:02}-{d:02}-{y}|{m:02}/{d:02}/{yy:02}"

# # a digit, @ a capital letter, * either
PATTERNS = {
    "document_number": "@#######|@@######|#########|@@-####-####|##########|@##@##@##|@@@######|####-####-####",
    "certificate_number": "###########|@@@-######|URN:UVCI:01:@@:*********#|############|@@####/####|V-########|CERT-#####",
    "passport_number": "@########|@@#######|#########|@#######|@##@##@##",
    "national_id": "###########|######-####|######-##-####|@#######@|### ### ###|##.###.###-#",
    "personal_number": "########|####-####|###/####/##",
    "batch": "@@####|*****|EW####|###@##@|@@*###|FF####|######A",
    "first_batch": "@@####|*****|EW####|###@##@|FF####",
    "second_batch": "@@####|*****|EX####|###@##@|FG####",
    "customer_number": "K-######|######|C#####|CU-####|########",
    "order_number": "PO-######|#######|SO####-##|4500######",
    "invoice_number": "INV-####-###|####/##|RE-######|2025-####|INV#######|F######|####",
    "receipt_number": "########|CS#######|#-#####|T####-##|R######|OR#####|##/####/####",
    "vat_id": "DE#########|GB#########|########|FR##########|@@########|######-###",
    "gst_id": "###########|#########|00##########",
    "iban": "DE## #### #### #### #### ##|NL## @@@@ #### #### ##|GB## @@@@ #### #### #### ##|PL## #### #### #### #### #### ####",
    "bic": "@@@@DE@@|@@@@NL2A|@@@@GB##|@@@@FRPP@@@",
    "account_number": "########|##########|### ### ####|######-####",
    "sort_code": "##-##-##|## ## ##",
    "tax_id": "##########|## ### ### ###|###-##-####",
    "social_security": "###-##-####|## ###### @ ###|#########",
    "employee_number": "#####|E-####|P######|####",
    "member_id": "@@@#########|W#########|#########-##|###########",
    "group_number": "######|GR-####|##-#####",
    "policy_number": "POL-#######|@@-######-#|##########|P###-####",
    "booking_reference": "@@*@*@|########|##@####|BK-######|@#@#@#",
    "flight_number": "@@ ###|@@####|@@#####",
    "seat": "##A|##C|#F|##D",
    "room_number": "###|##",
    "confirmation_number": "##########|#####-#####",
    "contract_number": "V-#######|##-####-###|CT######",
    "reference": "@@/####/##|##-#####|REF-#######|@@@@ ####",
    "statement_number": "##/2025|###|#/####",
    "driving_licence_number": "@@@@@######@@#@@|########|@###-####-####",
    "nights": "#",
}

CERTIFICATES = {
    "en": "Vaccination Certificate|COVID-19 Vaccination Card|Certificate of Vaccination|Immunization Record|Vaccine Passport|Final Certificate",
    "de": "Impfzertifikat|Impfbescheinigung",
    "fr": "Certificat de vaccination|Attestation de vaccination",
    "es": "Certificado de vacunación|Carné de vacunación",
    "it": "Certificato vaccinale|Certificazione di vaccinazione",
    "pt": "Certificado de vacinação|Boletim de vacinas",
    "nl": "Vaccinatiebewijs|Vaccinatiecertificaat",
    "pl": "Zaświadczenie o szczepieniu|Certyfikat szczepienia",
}
OFFICES = "Ministry of Health and Welfare|Republic of Norland|Department of Public Health|National Health Office|Travel Health Service"

INVOICES = {
    "en": "INVOICE|Invoice|Tax Invoice|INVOICE / RECEIPT",
    "de": "Rechnung|RECHNUNG",
    "fr": "Facture|FACTURE",
    "es": "Factura|FACTURA",
    "it": "Fattura|FATTURA",
    "pt": "Fatura|FATURA",
    "nl": "Factuur|FACTUUR",
    "pl": "Faktura VAT|FAKTURA",
}
SLIPS = {
    "en": "Pay Slip|Payslip|Earnings Statement|Salary Statement",
    "de": "Entgeltabrechnung|Lohnabrechnung",
    "fr": "Bulletin de paie",
    "es": "Recibo de salarios|Nómina",
    "it": "Cedolino paga|Busta paga",
    "pt": "Recibo de vencimento",
    "nl": "Loonstrook|Salarisspecificatie",
    "pl": "Pasek wynagrodzeń|Lista płac",
}

THANKS = "THANK YOU|Thank you, please come again|Goods sold are not returnable|GOODS SOLD ARE NOT REFUNDABLE, THANK YOU|Have a nice day|CUSTOMER COPY|Please keep this receipt"
