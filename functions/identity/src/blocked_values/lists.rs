//! The built-in lists of values that are nobody's.

/// Local parts of addresses of roles (RFC 2142 and its like, in several languages) and of nobody; sorted.
#[rustfmt::skip]
pub(super) const LOCAL_PARTS: [&str; 506] = [
    "abuse", "account", "accounting", "accounts", "accounts-payable", "accountspayable", "accountsreceivable",
    "accueil", "achats", "acquisti", "admin", "administracion", "administración", "administratie", "administration",
    "administrator", "aide", "ajuda", "all", "allas", "amministrazione", "anfrage", "anfragen", "angajari", "anonym",
    "anonymous", "asdf", "asiakaspalvelu", "assistance", "assistenza", "assistenzaclienti", "atencion",
    "atencion-cliente", "atencion.cliente", "atencionalcliente", "atencioncliente", "atendimento", "ayuda",
    "bestallning", "bestellen", "bestelling", "bestellung", "bestellungen", "bestilling", "bewerbung", "bewerbungen",
    "bilgi", "bilinmiyor", "billing", "birou", "biuro", "boekhouding", "bogholderi", "bok", "bonjour", "booking",
    "bookings", "bounce", "bounces", "boutique", "brak", "buchhaltung", "buchung", "buchungen", "buero", "bureau",
    "butik", "butikk", "büro", "career", "careers", "client-services", "clientes", "clienti", "clients",
    "clientservice", "cobranca", "cobrança", "cobros", "comenzi", "comercial", "commande", "commandes", "commercial",
    "commerciale", "compliance", "compras", "compta", "comptabilite", "comptabilité", "concierge", "contabilidad",
    "contabilidade", "contabilita", "contabilitate", "contabilità", "contact", "contacto", "contato", "contatti",
    "contatto", "crediteuren", "customer", "customer-care", "customer-service", "customer-support", "customer.care",
    "customer.service", "customercare", "customers", "customerservice", "customersupport", "datenschutz", "debiteuren",
    "delivery", "desconhecido", "desconocido", "destek", "dev", "direccion", "directie", "direction", "diretoria",
    "direzione", "dispatch", "dpo", "drh", "dummy", "ecommerce", "ei-vastata", "einkauf", "eivastausta", "ejsvar",
    "ekonomi", "empfang", "empleo", "emploi", "empregos", "encomendas", "enquiries", "enquiry", "ertekesites",
    "escritorio", "eshop", "events", "everyone", "export", "factura", "facturacion", "facturación", "facturare",
    "facturas", "facturatie", "facturation", "facture", "facturen", "factures", "factuur", "fake", "faktura",
    "fakturace", "fakturacia", "fakturering", "fakturor", "faktury", "fatturazione", "fatture", "fatura", "faturacao",
    "faturamento", "faturas", "faturação", "feedback", "finance", "financeiro", "firma", "firmapost", "forsaljning",
    "front-desk", "frontdesk", "ftp", "försäljning", "gaeste", "gast", "gdpr", "generalmanager", "gerencia",
    "geschaeftsfuehrung", "geschäftsführung", "guest", "guests", "hallo", "handlowy", "hausverwaltung", "hello", "help",
    "help-desk", "helpdesk", "hola", "hostmaster", "hr", "hulp", "ikke-svar", "iletisim", "iletişim", "import",
    "inconnu", "info", "informacio", "informacion", "información", "informatie", "information", "informations",
    "informazioni", "inkoop", "inquiries", "inquiry", "insankaynaklari", "invoice", "invoices", "invoicing", "iroda",
    "ismeretlen", "it", "it-support", "itsupport", "job", "jobb", "jobs", "kadry", "kanzlei", "karriere", "keine",
    "keine-antwort", "keineantwort", "klantendienst", "klantenservice", "kontakt", "kontor", "konyveles", "ksiegowosc",
    "kunde", "kunden", "kunden-service", "kundenbetreuung", "kundencenter", "kundendienst", "kundenservice",
    "kundeservice", "kundservice", "kundtjanst", "kundtjänst", "lager", "laskut", "laskutus", "lavoro", "lediga-jobb",
    "legal", "leitung", "livraison", "logistics", "loja", "magasin", "magazijn", "magazzino", "mahnwesen",
    "mailer-daemon", "mailerdaemon", "management", "marketing", "media", "members", "membership", "mitglieder",
    "muhasebe", "muhasebe.departmani", "musterihizmetleri", "myynti", "n.a", "na", "nao-responda", "naoresponda",
    "naoresponder", "narocila", "naročila", "narudzbe", "ne-pas-repondre", "necunoscut", "negozio", "neodpovedat",
    "neodpovidat", "nepasrepondre", "news", "newsletter", "neznamy", "nicht-antworten", "nichtantworten",
    "nieodpowiadaj", "nietbeantwoorden", "nincs", "no", "no-email", "no-mail", "no-responder", "nobody", "noc",
    "noemail", "nomail", "non-rispondere", "noname", "none", "nonrispondere", "noresponda", "noresponder", "null",
    "obchod", "objednavky", "obslugaklienta", "office", "oficina", "okand", "onbekend", "onlineshop", "operations",
    "ops", "order", "orders", "ordini", "ordre", "partner", "partners", "payment", "payments", "payroll", "pedidos",
    "penzugy", "personal", "personalabteilung", "personeelszaken", "podpora", "podrska", "podrška", "pomoc", "pomoč",
    "postmaster", "postmottak", "poststelle", "pr", "praca", "praxis", "predaj", "prenotazioni", "prensa", "press",
    "presse", "privacy", "procurement", "prodaja", "prodej", "purchase", "purchasing", "queries", "racunovodstvo",
    "računovodstvo", "recepcion", "recepción", "receptie", "reception", "rechnung", "rechnungen", "rechnungswesen",
    "recruiting", "recruitment", "recrutement", "recursoshumanos", "redaktion", "regnskab", "regnskap", "reklamace",
    "reklamacje", "reklamation", "rekrutacja", "rekry", "relatiiclienti", "rendeles", "rendelés", "renseignements",
    "reservas", "reservation", "reservations", "reservierung", "reservierungen", "retoure", "retouren", "returns",
    "rezeption", "rh", "risorseumane", "root", "rrhh", "sac", "sales", "salg", "satis", "satış", "sconosciuto",
    "secretaria", "secretariaat", "secretariat", "secretary", "secrétariat", "security", "segitseg", "segreteria",
    "sekretariat", "service", "service-client", "service-clients", "service.client", "serviceclient", "serviceclients",
    "servicedesk", "services", "servizioclienti", "serwis", "shipping", "shop", "siparis", "sipariş", "sklep",
    "soporte", "spedizioni", "sprzedaz", "staff", "stampa", "store", "subscribe", "subscriptions", "suport", "suporte",
    "support", "supporto", "svar-ej", "sysadmin", "szamlazas", "számlázás", "tajnistvo", "talent", "taller", "team",
    "technical", "technik", "techsupport", "test", "tester", "testing", "tickets", "tienda", "tilaukset", "titkarsag",
    "toimisto", "tuki", "ucetni", "uctovnictvo", "ufficio", "ugyfelszolgalat", "ukendt", "unbekannt", "unknown",
    "unsubscribe", "uprava", "ured", "usenet", "user", "users", "uucp", "vacature", "vacatures", "vagas", "vanzari",
    "vendas", "vendite", "ventas", "ventes", "verkauf", "verkoop", "versand", "vertrieb", "verwaltung", "vorstand",
    "warehouse", "webmaster", "webshop", "webteam", "werkstatt", "winkel", "www", "yanitlamayin", "yhteys", "zahlungen",
    "zakaznickaslužba", "zakaznik", "zamowienia", "zentrale", "ügyfélszolgálat",
];

/// Hosts that are reserved for examples (RFC 2606), or that people write who have no address; sorted.
pub(super) const HOSTS: [&str; 14] = [
    "domain.com",
    "example.com",
    "example.edu",
    "example.net",
    "example.org",
    "keine.de",
    "localhost",
    "mustermann.de",
    "na.com",
    "noemail.com",
    "nomail.com",
    "none.com",
    "test.com",
    "unknown.com",
];

/// Top-level domains that are reserved (RFC 6761).
pub(super) const TOP_LEVELS: [&str; 4] = ["example", "invalid", "localhost", "test"];

/// Texts of three letters and more that people write on both sides of the `@`.
pub(super) const REPEATED: [&str; 17] = [
    "123", "aaa", "abc", "asd", "asdf", "bla", "email", "foo", "mail", "none", "nothing", "null", "qwe", "qwer",
    "test", "xxx", "xyz",
];

/// Words for a person in place of a name; sorted. Some are names too: Marco Test, Edgar Guest.
#[rustfmt::skip]
pub(super) const NAMES: [&str; 172] = [
    "[deleted]", "aaa", "abc", "account", "achternaam", "ad", "admin", "administrator", "användare", "apelido",
    "apellido", "apellidos", "asdf", "asiakas", "barverkauf", "beispiel", "benutzer", "bruger", "bruker", "client",
    "cliente", "cognome", "contact", "convidado", "customer", "deleted", "deleted user", "demo", "diverse", "doe",
    "dummy", "efternamn", "efternavn", "essai", "etternavn", "etunimi", "example", "familienname", "family name",
    "familyname", "felhasználó", "first name", "firstname", "fnu", "fornavn", "full name", "fullname", "förnamn",
    "gast", "gebruiker", "gelöscht", "given name", "givenname", "gjest", "gość", "guest", "gäst", "gæst", "host",
    "hosť", "imię", "interessent", "invitado", "invite", "invité", "jméno", "keresztnév", "klant", "klient", "klientka",
    "kontakt", "kullanıcı", "kund", "kunde", "kundin", "käyttäjä", "last name", "lastname", "laufkunde",
    "laufkundschaft", "lnu", "member", "meno", "misafir", "muster", "musterfrau", "mustermann", "müşteri", "nachname",
    "name", "nazwisko", "nom", "nom de famille", "nombre", "nome", "nume", "nutzer", "oaspete", "ohne", "ospite",
    "používateľ", "prenom", "prenume", "priezvisko", "prova", "prueba", "prénom", "příjmení", "qwerty", "sample",
    "sobrenome", "soyad", "soyadı", "sukunimi", "surname", "test", "test user", "teste", "tester", "testing",
    "testkunde", "testuser", "user", "username", "usuario", "usuário", "utente", "utilisateur", "utilizador",
    "utilizator", "użytkownik", "uživatel", "vendég", "vezetéknév", "vieras", "visitor", "voornaam", "vorname", "xx",
    "your name", "zákazník", "zákazníčka", "ügyfél", "επώνυμο", "πελάτης", "χρήστης", "όνομα", "гость", "гість", "имя",
    "клиент", "клієнт", "користувач", "покупатель", "пользователь", "прізвище", "тест", "фамилия", "ім'я", "お客様",
    "ゲスト", "テスト", "ユーザー", "客户", "测试", "游客", "用户", "訪客", "고객", "사용자", "손님", "테스트",
];

/// Given names of people in forms that are filled in as examples, whose family name is `Mustermann` or `Musterfrau`.
pub(super) const EXAMPLES: [&str; 5] = ["erika", "frau", "herr", "max", "maxi"];

/// Days that programs write for no date and that people are born on as well: the epoch of Unix.
pub(super) const DATES: [&str; 1] = ["1970-01-01"];
