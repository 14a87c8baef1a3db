"""The benchmark's job in Polars, in one process, as an expert would write it.

    polars_pipeline.py --data DIR --out OUT

This is a peer that Onefold is measured against, so it is tuned: lazy scans on the streaming engine, scipy for the
connected components, and no aggregation of the four customers in five that have one account only.
README.md states the job's rules and the shape of the customers in OUT/customers/.
"""

from pathlib import Path

import numpy as np
import polars as pl
from polars import col

import job

PARTS = 32
ENGINE = "streaming"
NO_TEXT = pl.lit(None, pl.String)

# Time, trust and id are packed into one integer, because sorting and comparing one integer is what the engine does fastest.
TIME_UNIT = 1 << 32
TRUST_UNIT = 1 << 30

CRM_ROW = pl.Struct(
    {
        "id": pl.Int64,
        "firstName": pl.String,
        "lastName": pl.String,
        "email": pl.String,
        "phone": pl.String,
        "birthDate": pl.String,
        "street": pl.String,
        "city": pl.String,
        "zip": pl.String,
        "country": pl.String,
        "updatedAt": pl.String,
    }
)
SHOP_ROW = pl.Struct(
    {
        "customer_id": pl.Int64,
        "name": pl.String,
        "contact": pl.Struct({"email": pl.String, "mobile": pl.String}),
        "address": pl.Struct({"line1": pl.String, "city": pl.String, "postcode": pl.String, "country": pl.String}),
        "created": pl.Int64,
        "interests": pl.List(pl.String),
    }
)
NEWSLETTER_ROW = {
    "sid": pl.Int64,
    "email": pl.String,
    "first": pl.String,
    "last": pl.String,
    "zip": pl.String,
    "interests": pl.String,
    "subscribed_at": pl.String,
}


def normal_name(name: pl.Expr) -> pl.Expr:
    """Trim; the first letter upper case, the rest lower case."""
    name = name.str.strip_chars(" ")
    return name.str.slice(0, 1).str.to_uppercase() + name.str.slice(1).str.to_lowercase()


def normal_email(email: pl.Expr) -> pl.Expr:
    """One spelling for each mailbox, or null when the text is no e-mail address."""
    email = (
        email.str.strip_chars(" ")
        .str.to_lowercase()
        .str.replace(r"\+[^@]*@", "@")
        .str.replace("@googlemail.com", "@gmail.com", literal=True)
    )
    without_dots = email.str.head(-len("@gmail.com")).str.replace_all(".", "", literal=True) + "@gmail.com"
    email = pl.when(email.str.ends_with("@gmail.com")).then(without_dots).otherwise(email)
    return pl.when(email.str.contains(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$")).then(email)


def normal_phone(phone: pl.Expr, country: pl.Expr) -> pl.Expr:
    """Calling code and digits, or null when there are not 8 to 15 of them."""
    calling_code = (
        pl.when(country == "DE")
        .then(pl.lit("49"))
        .when(country == "FR")
        .then(pl.lit("33"))
        .when(country == "GB")
        .then(pl.lit("44"))
        .otherwise(pl.lit("1"))
    )
    digits = phone.str.replace("(0)", "", literal=True).str.replace_all(r"[^0-9]", "")
    number = (
        pl.when(phone.str.strip_chars(" ").str.starts_with("+"))
        .then(digits)
        .when(digits.str.starts_with("00"))
        .then(digits.str.slice(2))
        .when(digits.str.starts_with("0"))
        .then(calling_code + digits.str.slice(1))
        .otherwise(calling_code + digits)
    )
    return pl.when(number.str.len_bytes().is_between(8, 15)).then(number)


def json_rows(folder: Path, row: pl.Struct) -> pl.LazyFrame:
    """The well-formed rows of a folder of JSON Lines files.

    scan_ndjson(ignore_errors=True) raises on a malformed line, and json_decode has no lenient form: so lines that
    are not one closed object are dropped first. The lines are read as a one-column CSV because that decodes invalid
    UTF-8 (a line cut inside a character) instead of raising.
    """
    lines = pl.scan_csv(
        sorted(folder.glob("*.jsonl")),
        has_header=False,
        separator="\x01",
        quote_char=None,
        encoding="utf8-lossy",
        schema={"line": pl.String},
    )
    closed = col("line").str.starts_with("{") & col("line").str.ends_with("}")
    return lines.filter(closed).select(col("line").str.json_decode(row)).unnest("line")


def order(time_s: pl.Expr, source: str, account_id: str) -> pl.Expr:
    """The place of an account in the order in which the latest value wins."""
    return time_s * TIME_UNIT + job.TRUST[source] * TRUST_UNIT + col(account_id)


def crm_accounts(landing: Path) -> pl.LazyFrame:
    """Accounts of the CRM: flat rows; a row without a time is the oldest of all."""
    time_s = col("updatedAt").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False).dt.epoch("s").fill_null(0)
    return (
        json_rows(landing / "crm", CRM_ROW)
        .filter(col("id").is_not_null())
        .select(
            uid="crm:" + col("id").cast(pl.String),
            order=order(time_s, "crm", "id"),
            given_name=normal_name(col("firstName")),
            family_name=normal_name(col("lastName")),
            email=normal_email(col("email")),
            phone_number=normal_phone(col("phone"), col("country")),
            birthdate="birthDate",
            street_address="street",
            locality="city",
            postal_code="zip",
            country="country",
            interests=pl.lit(None, pl.List(pl.String)),
        )
    )


def shop_accounts(landing: Path) -> pl.LazyFrame:
    """Accounts of the shop: nested rows, and a name in one piece ("First Last" or "Last, First")."""
    name = col("name")
    has_comma = name.str.contains(",", literal=True)
    by_comma = name.str.splitn(",", 2).struct
    by_space = name.str.strip_chars(" ").str.splitn(" ", 2).struct
    contact = col("contact").struct
    address = col("address").struct
    return (
        json_rows(landing / "shop", SHOP_ROW)
        .filter(col("customer_id").is_not_null())
        .select(
            uid="shop:" + col("customer_id").cast(pl.String),
            order=order(col("created") // 1000, "shop", "customer_id"),
            given_name=normal_name(pl.when(has_comma).then(by_comma[1]).otherwise(by_space[0])),
            family_name=normal_name(pl.when(has_comma).then(by_comma[0]).otherwise(by_space[1])),
            email=normal_email(contact.field("email")),
            phone_number=normal_phone(contact.field("mobile"), address.field("country")),
            birthdate=NO_TEXT,
            street_address=address.field("line1"),
            locality=address.field("city"),
            postal_code=address.field("postcode"),
            country=address.field("country"),
            interests="interests",
        )
    )


def newsletter_accounts(landing: Path) -> pl.LazyFrame:
    """Accounts of the newsletter: CSV; a row that breaks off before its date is malformed."""
    time_s = col("subscribed_at").str.to_date("%Y-%m-%d", strict=False).dt.epoch("s").fill_null(0)
    rows = pl.scan_csv(
        sorted((landing / "newsletter").glob("*.csv")),
        ignore_errors=True,
        truncate_ragged_lines=True,
        schema=NEWSLETTER_ROW,
    )
    return rows.filter(col("sid").is_not_null() & col("subscribed_at").is_not_null()).select(
        uid="newsletter:" + col("sid").cast(pl.String),
        order=order(time_s, "newsletter", "sid"),
        given_name=normal_name(col("first")),
        family_name=normal_name(col("last")),
        email=normal_email(col("email")),
        phone_number=NO_TEXT,
        birthdate=NO_TEXT,
        street_address=NO_TEXT,
        locality=NO_TEXT,
        postal_code=pl.when(col("zip") != "").then(col("zip")),
        country=NO_TEXT,
        interests=pl.when(col("interests") != "").then(col("interests").str.split(";")),
    )


def translate(data: Path) -> pl.DataFrame:
    """All accounts in one shape, enriched with the gender by given name and the location by postal code."""
    landing = data / "landing"
    gender = pl.scan_csv(data / "reference" / "gender.csv")
    location = pl.scan_csv(data / "reference" / "zip3.csv", schema_overrides={"zip3": pl.String})
    location = location.rename({"lat": "latitude", "lon": "longitude"})
    accounts = pl.concat([crm_accounts(landing), shop_accounts(landing), newsletter_accounts(landing)])
    return (
        accounts.with_columns(zip3=col("postal_code").str.slice(0, 3))
        .join(gender, on="given_name", how="left", maintain_order="none")
        .join(location, on="zip3", how="left", maintain_order="none")
        .drop("zip3")
        .collect(engine=ENGINE)
    )


def drop_junk_keys(accounts: pl.DataFrame) -> pl.DataFrame:
    """A key value that too many accounts share is nobody's contact detail: null it."""
    for key in job.MATCH_KEYS:
        counts = accounts.lazy().drop_nulls(key).group_by(key).len()
        junk = counts.filter(col("len") > job.MAX_ACCOUNTS_PER_KEY).collect(engine=ENGINE)[key]
        accounts = accounts.with_columns(pl.when(~col(key).is_in(junk.implode())).then(col(key)))
    return accounts


def cluster(accounts: pl.DataFrame) -> pl.DataFrame:
    """Add the cluster of each account (a connected component over the shared keys) and the cluster's size."""
    accounts = accounts.with_row_index("row")
    edges = []
    for key in job.MATCH_KEYS:
        keyed = accounts.lazy().select("row", key).drop_nulls(key)
        shared = keyed.group_by(key).agg(first=col("row").min(), size=pl.len()).filter(col("size") > 1)
        star = keyed.join(shared, on=key).filter(col("row") != col("first")).select("row", "first")
        edges.append(star.collect(engine=ENGINE))
    edges = pl.concat(edges)
    labels = job.components(edges["row"].to_numpy(), edges["first"].to_numpy(), accounts.height)
    return accounts.drop("row").with_columns(cluster=pl.Series(labels), size=pl.Series(np.bincount(labels)[labels]))


def merge(accounts: pl.DataFrame) -> pl.LazyFrame:
    """Fold each cluster into a customer: the latest value of each field, all e-mails, phones and interests."""

    def distinct(values: pl.Expr) -> pl.Expr:
        return values.drop_nulls().unique().sort()

    def one_or_none(field: str) -> pl.Expr:
        return pl.when(col(field).is_null()).then(pl.lit([], pl.List(pl.String))).otherwise(pl.concat_list(field))

    shared = accounts.lazy().filter(col("size") > 1).sort("order").group_by("cluster")
    many = shared.agg(
        customer_id=col("uid").min(),
        uids=col("uid").sort(),
        **{field: col(field).last(ignore_nulls=True) for field in job.LATEST_FIELDS},
        emails=distinct(col("email")),
        phone_numbers=distinct(col("phone_number")),
        interests=distinct(col("interests").drop_nulls().explode(empty_as_null=False)),
        latest=col("order").max(),
    )
    single = accounts.lazy().filter(col("size") == 1)
    single = single.select(
        "cluster",
        customer_id="uid",
        uids=pl.concat_list("uid"),
        **{field: col(field) for field in job.LATEST_FIELDS},
        emails=one_or_none("email"),
        phone_numbers=one_or_none("phone_number"),
        interests=col("interests").fill_null([]).list.unique().list.sort(),
        latest="order",
    )
    updated_at = pl.from_epoch(col("latest") // TIME_UNIT).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return pl.concat([many, single]).with_columns(updated_at=updated_at).drop("cluster", "latest")


def write(customers: pl.LazyFrame, count: int, folder: Path) -> None:
    """Write the customers as compressed JSON Lines, in parts.

    Parts by number of customers cost a third less CPU here than parts by a hash of the cluster.
    """
    parts = pl.PartitionBy(
        folder,
        max_rows_per_file=count // PARTS + 1,
        file_path_provider=lambda part: f"part-{part.index_in_partition:05d}.jsonl.zst",
    )
    customers.sink_ndjson(
        parts, compression="zstd", compression_level=3, maintain_order=False, mkdir=True, engine=ENGINE
    )


def main() -> None:
    data, out = job.paths(__doc__)
    lap = job.laps()

    accounts = translate(data)
    lap(f"translated {accounts.height} accounts")
    accounts = drop_junk_keys(accounts)
    lap("dropped junk keys")
    accounts = cluster(accounts)
    lap("clustered")
    write(merge(accounts), accounts["cluster"].max() + 1, out / "customers")
    lap("merged and written")


if __name__ == "__main__":
    main()
