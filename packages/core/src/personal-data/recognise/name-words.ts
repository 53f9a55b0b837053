import type { Entity } from "@granary/protocol";

/** What columns of a kind are called: `sure` names stand for little else, `unsure` ones only support what the values say. */
interface NameWords {
  readonly sure: string;
  readonly unsure?: string;
}

/** Phrases of whole words, without accents and in lower case, separated by `|`; joined ones (`firstname`) are understood as well. */
export const NAME_WORDS: Partial<Readonly<Record<Entity, NameWords>>> = {
  email: {
    sure: "email|e mail|email address|e mail address|mail address|mailaddress|emailadresse|mailadresse|correo|correo electronico|courriel|adresse mail|posta elettronica|poczta|epost|sahkoposti|eposta|electronic mail",
    unsure: "mail|contact|recipient|sender|login|username|user",
  },
  phone: {
    sure: "phone|phone number|phone no|telephone|tel|mobile|mobile number|mobile phone|cellphone|cell phone|telefon|telefonnummer|handy|handynummer|mobil|telefono|movil|celular|telefone|telemovel|telephone portable|numero de telephone|telefoon|telefoonnummer|gsm|komorka|numer telefonu|puhelin|puhelinnumero|fax|fax number|msisdn|whatsapp|home phone|work phone",
    unsure: "cell|contact|contact number|number|no|nr|portable|landline",
  },
  username: {
    sure: "username|user name|login name|nickname|screen name|twitter handle|benutzername|nombre de usuario|nom utilisateur|nazwa uzytkownika|gebruikersnaam",
    unsure: "login|handle",
  },
  credit_card: {
    sure: "credit card|credit card number|card number|card no|cc number|cc num|ccn|debit card|payment card|kreditkarte|kartennummer|kreditkartennummer|tarjeta|numero de tarjeta|carte bancaire|numero de carte|numer karty|carta di credito|primary account number",
    unsure: "card|cc|pan|number|account|payment",
  },
  iban: { sure: "iban|international bank account number", unsure: "account|konto|bank|bank account" },
  bank_account: {
    sure: "bank account|bank account number|account number|bank acct|acct number|kontonummer|numero de cuenta|cuenta bancaria|numero de compte|numer konta|rekeningnummer|numero conto",
    unsure: "",
  },
  us_routing: { sure: "routing number|aba|aba number|aba routing|rtn|routing transit number|routing no|routing", unsure: "" },
  crypto_address: { sure: "wallet|wallet address|btc address|bitcoin address|eth address|ethereum address|crypto address", unsure: "address" },
  ip_address: {
    sure: "ip|ip address|ip addr|ipaddr|ipv 4|ipv 6|client ip|remote addr|remote ip|source ip|src ip|dst ip|adresse ip|direccion ip|ip adresse",
    unsure: "host|address|client|remote|server",
  },
  mac_address: { sure: "mac|mac address|mac addr|bssid|hw address|hardware address", unsure: "device|address" },
  person_name: {
    sure: "first name|last name|full name|given name|family name|middle name|maiden name|surname|forename|customer name|client name|contact name|patient name|employee name|passenger name|person name|student name|member name|guest name|cardholder|cardholder name|account holder|recipient name|legal name|billing name|shipping name|holder name|vorname|nachname|familienname|kundenname|ansprechpartner|nom de famille|nom complet|nom client|prenom|apellido|apellidos|primer apellido|segundo apellido|nombre completo|nombre cliente|nombre y apellidos|cognome|nome e cognome|nome completo|sobrenome|imie|imiona|nazwisko|imie i nazwisko|fornavn|etternavn|efternavn|fornamn|efternamn|voornaam|achternaam|etunimi|sukunimi|jmeno|prijmeni|soyad|soyadi|keresztnev|vezeteknev|имя|фамилия|отчество|фио|姓名|氏名|名前|next of kin|emergency contact",
    unsure:
      "name|nom|nombre|nome|naam|namn|navn|contact|customer|client|patient|employee|passenger|author|owner|manager|assignee|doctor|player|student|teacher|agent|driver|person|member|guest|recipient|signed by|created by|approved by|reviewer|kunde|cliente|mitarbeiter|mitglied|patientin|pracownik|klient|salarie|adherent|employe|empleado|socio|alumno|paciente|dipendente|paziente|tenant|resident|attendee|candidate|applicant|user name",
  },
  date_of_birth: {
    sure: "dob|date of birth|birth date|birthdate|birthday|birth day|born|born on|geburtsdatum|geburtstag|geb datum|geb am|geb|geboren|geboren am|date de naissance|date naissance|ne le|nee le|ne e le|fecha de nacimiento|fecha nacimiento|fecha nac|nacimiento|data di nascita|data nascita|data de nascimento|data nascimento|nascimento|data urodzenia|urodzenia|geboortedatum|fodselsdato|fodelsedatum|syntymaaika|datum narozeni|dogum tarihi|дата рождения|生年月日|出生日期",
    unsure: "birth",
  },
  postal_address: {
    sure: "postal address|street address|home address|mailing address|billing address|shipping address|delivery address|ship to|bill to|residential address|address|address line|street|street name|strasse|anschrift|adresse|lieferadresse|rechnungsadresse|adresse postale|rue|direccion|domicilio|calle|indirizzo|via|endereco|logradouro|adres|ulica|straat|gatuadress|osoite|adresa|адрес|住所|地址",
    unsure: "location|residence|addr|delivery|shipping|billing",
  },
  postcode: {
    sure: "zip|zip code|zipcode|postcode|post code|postal code|plz|postleitzahl|code postal|codigo postal|cap|cep|kod pocztowy|postnummer|postinumero|postnr|psc|pin code|pincode|eircode",
    unsure: "",
  },
  coordinates: {
    sure: "latitude|longitude|gps|gps coordinates|geo coordinates|lat lng|lat lon|lat long|latlng|latlon|breitengrad|laengengrad|latitud|longitud|geolocation|coordinates",
    unsure: "lat|lng|lon|location|position|geo|point",
  },
  password: {
    sure: "password|passwd|pwd|passphrase|passwort|kennwort|contrasena|mot de passe|motdepasse|haslo|wachtwoord|senha|losenord|salasana|passcode",
    unsure: "",
  },
  secret: {
    sure: "secret|api key|apikey|access key|access token|auth token|secret key|client secret|private key|bearer token|refresh token|session token|password hash|jwt|session id",
    unsure: "token|key|auth|credential|credentials|authorization",
  },
  passport: {
    sure: "passport|passport number|passport no|reisepass|passnummer|pasaporte|numero de pasaporte|passeport|numero de passeport|passaporto|paszport|numer paszportu|paspoort|paspoortnummer",
    unsure: "",
  },
  driver_licence: {
    sure: "driver licence|driver license|drivers licence|drivers license|driving licence|driving license|driver licence number|driver license number|license number|licence number|dl number|fuhrerschein|fuehrerschein|permis de conduire|prawo jazdy",
    unsure: "",
  },
  us_ssn: { sure: "ssn|social security|social security number|social security no|soc sec|ss number", unsure: "tax id|tin|national id|social" },
  us_itin: { sure: "itin|individual taxpayer identification number", unsure: "tax id|tin|taxpayer|ssn" },
  us_ein: { sure: "ein|fein|employer identification number|employer id|federal tax id", unsure: "" },
  us_npi: { sure: "npi|npi number|national provider identifier|provider npi", unsure: "provider|provider id" },
  us_mbi: { sure: "mbi|medicare beneficiary identifier|medicare number|medicare id|medicare", unsure: "beneficiary" },
  gb_nhs: { sure: "nhs|nhs number|nhs no", unsure: "patient number|patient id" },
  gb_nino: { sure: "nino|national insurance|national insurance number|ni number|ni no", unsure: "national id|insurance number" },
  de_tax_id: {
    sure: "steuer id|steueridentifikationsnummer|steuernummer|steuer identifikationsnummer|idnr|tax id|tax identification number",
    unsure: "tin|steuer",
  },
  de_pension: { sure: "rentenversicherungsnummer|rvnr|sozialversicherungsnummer|sv nummer|svnr|rv nummer", unsure: "versicherungsnummer" },
  de_health: { sure: "kvnr|krankenversichertennummer|krankenversicherungsnummer|versichertennummer|egk nummer", unsure: "versicherungsnummer" },
  fr_nir: { sure: "nir|numero de securite sociale|numero securite sociale|securite sociale|insee|numero insee|num secu|nss", unsure: "" },
  es_nif: { sure: "nif|nie|dni|nif nie|dni nie|documento de identidad", unsure: "documento|identificacion|tax id" },
  it_fiscal_code: { sure: "codice fiscale|cod fiscale|cf|fiscal code", unsure: "" },
  pl_pesel: { sure: "pesel|nr pesel|numer pesel", unsure: "national id|id number" },
  se_personnummer: { sure: "personnummer|personnr|samordningsnummer|pnr", unsure: "national id|personal number|ssn" },
  fi_hetu: { sure: "hetu|henkilotunnus|sotu", unsure: "national id" },
  nl_bsn: { sure: "bsn|burgerservicenummer|sofinummer|sofi nummer", unsure: "" },
  be_nrn: { sure: "rijksregisternummer|numero national|numero de registre national|registre national|nrn|insz|niss", unsure: "national id|national number" },
  eu_vat: {
    sure: "vat|vat number|vat no|vat id|ust id|ustid|ust idnr|ustidnr|umsatzsteuer id|tva|numero de tva|numero tva|partita iva|p iva|btw|btw nummer|moms|nip ue|iva number",
    unsure: "tax id|tax number",
  },
  ca_sin: { sure: "sin|social insurance|social insurance number|sin number", unsure: "" },
  au_tfn: { sure: "tfn|tax file number", unsure: "" },
  au_abn: { sure: "abn|australian business number|business number", unsure: "" },
  au_acn: { sure: "acn|australian company number", unsure: "" },
  au_medicare: { sure: "medicare|medicare number|medicare card|medicare no", unsure: "" },
  in_aadhaar: { sure: "aadhaar|aadhar|aadhaar number|aadhar number|uidai|adhaar", unsure: "national id" },
  in_pan: { sure: "pan|pan number|pan card|pan no|permanent account number", unsure: "" },
  in_gstin: { sure: "gstin|gst number|gst no", unsure: "" },
  sg_nric: { sure: "nric|fin|nric fin|nric number|fin number", unsure: "national id" },
  sg_uen: { sure: "uen|unique entity number", unsure: "" },
  kr_rrn: { sure: "rrn|resident registration number|jumin|주민등록번호", unsure: "national id" },
  za_id: { sure: "sa id|rsa id|id number|identity number|south african id", unsure: "national id" },
  tr_tckn: { sure: "tckn|tc kimlik|tc kimlik no|kimlik no|kimlik", unsure: "national id" },
  th_tnin: { sure: "thai id|citizen id|national id", unsure: "id number" },
  ng_nin: { sure: "nin|national identification number", unsure: "national id" },
  br_cpf: { sure: "cpf|cpf cnpj|numero cpf", unsure: "documento" },
  br_cnpj: { sure: "cnpj|cpf cnpj", unsure: "documento" },
};

/** Beside the name of a thing these words say that the column is about it and not it: `email_verified`, `phone_type`. */
export const ABOUT = new Set(
  (
    "verified valid validated validity confirmed is has was flag count cnt type kind status state sent opt optin optout consent subscribed subscription template model domain " +
    "provider carrier at date time timestamp updated created changed modified subject body length score enabled allowed preference preferred format brand network " +
    "expiry expires expiration exp hash hashed masked encrypted policy strength attempts reset age quality accuracy version code " +
    "country city region place location weight year month rank category label class price cost amount fee total rate used usage required missing null percent pct ratio index order " +
    "verifiziert anzahl typ datum verificado tipo fecha verifie nombre_de"
  ).split(" "),
);
