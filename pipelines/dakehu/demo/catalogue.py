"""What K company sells and where: products, territories and the way between them."""

import numpy as np
import polars as pl

# family, short code, share of distributor sales, of direct sales, list price of a 200 l drum
FAMILIES = (
    ("汽油机油", "GE", 0.20, 0.16, 4200.0),
    ("柴油机油", "DE", 0.20, 0.14, 3800.0),
    ("液压油", "HY", 0.18, 0.18, 2900.0),
    ("齿轮油", "GO", 0.12, 0.13, 3300.0),
    ("金属加工液", "MW", 0.08, 0.15, 3600.0),
    ("润滑脂", "GR", 0.12, 0.10, 4600.0),
    ("压缩机油", "CO", 0.10, 0.08, 5200.0),
    ("润滑设备", "EQ", 0.00, 0.06, 0.0),
)
GASOLINE, HYDRAULIC, EQUIPMENT = 0, 2, 7
PER_FAMILY = 8
_PACKS = (
    ("200L 标准", "桶", 1.00, "mid"),
    ("18L 标准", "桶", 0.105, "mid"),
    ("4L×4 标准", "箱", 0.10, "low"),
    ("200L 长效", "桶", 1.45, "high"),
    ("18L 长效", "桶", 0.15, "high"),
    ("200L 经济", "桶", 0.80, "low"),
    ("4L×4 长效", "箱", 0.14, "high"),
    ("200L 定制", "桶", 1.70, "high"),
)
_EQUIPMENT = (
    ("车间润滑套装", "套", 2080.0, "mid"),
    ("手动注油器", "件", 860.0, "low"),
    ("集中润滑泵站", "台", 12800.0, "mid"),
    ("大型集中润滑系统", "套", 50000.0, "high"),
)
SMALL_PACK = 2  # the cheap pack of a family that small orders fall back to
EQUIPMENT_SMALL = 1
TENDER_KIT = 7 * PER_FAMILY
TENDER_SYSTEM = 7 * PER_FAMILY + 3
SHORT_PRODUCT = HYDRAULIC * PER_FAMILY + 3
NEW_PRODUCT = 4 * PER_FAMILY + 4
OLD_PRODUCT, SUCCESSOR = 3 * PER_FAMILY + 5, 3 * PER_FAMILY + 0
NEW_SINCE, OLD_UNTIL = "2025-03-01", "2024-06-30"

# region, trend against the company (yearly), provinces: code, name, weight, longitude, latitude
REGIONS = {
    ("HD", "华东", 1.00): (
        ("310000", "上海", 7, 121.5, 31.2), ("320000", "江苏", 13, 118.8, 32.1),
        ("330000", "浙江", 11, 120.2, 30.3), ("340000", "安徽", 4, 117.3, 31.9),
        ("350000", "福建", 4, 119.3, 26.1), ("360000", "江西", 2, 115.9, 28.7),
        ("370000", "山东", 10, 117.0, 36.7),
    ),
    ("HN", "华南", 1.04): (
        ("440000", "广东", 13, 113.3, 23.1), ("450000", "广西", 2, 108.3, 22.8),
        ("460000", "海南", 1, 110.3, 20.0),
    ),
    ("HZ", "华中", 1.02): (
        ("410000", "河南", 5, 113.7, 34.8), ("420000", "湖北", 5, 114.3, 30.6),
        ("430000", "湖南", 4, 113.0, 28.2),
    ),
    ("HB", "华北", 0.96): (
        ("110000", "北京", 5, 116.4, 39.9), ("120000", "天津", 3, 117.2, 39.1),
        ("130000", "河北", 5, 114.5, 38.0), ("140000", "山西", 3, 112.5, 37.9),
        ("150000", "内蒙古", 1, 111.7, 40.8),
    ),
    ("XN", "西南", 1.08): (
        ("500000", "重庆", 4, 106.5, 29.6), ("510000", "四川", 6, 104.1, 30.7),
        ("520000", "贵州", 2, 106.7, 26.6), ("530000", "云南", 2, 102.7, 25.0),
        ("540000", "西藏", 0, 91.1, 29.7),
    ),
    ("XB", "西北", 1.03): (
        ("610000", "陕西", 3, 108.9, 34.3), ("620000", "甘肃", 1, 103.8, 36.1),
        ("630000", "青海", 0, 101.8, 36.6), ("640000", "宁夏", 1, 106.3, 38.5),
        ("650000", "新疆", 2, 87.6, 43.8),
    ),
    ("DB", "东北", 0.93): (
        ("210000", "辽宁", 4, 123.4, 41.8), ("220000", "吉林", 2, 125.3, 43.9),
        ("230000", "黑龙江", 2, 126.6, 45.8),
    ),
}  # fmt: skip
_ADJACENT = (
    "310000:320000,330000 320000:330000,340000,370000 330000:340000,350000,360000 "
    "340000:360000,370000,410000,420000 350000:360000,440000 360000:420000,430000,440000 "
    "370000:130000,410000 440000:450000,430000,460000 450000:430000,520000,530000 "
    "410000:130000,140000,420000,610000 420000:430000,500000,610000 430000:500000,520000 "
    "110000:120000,130000 120000:130000 130000:140000,150000,210000 140000:150000,610000 "
    "150000:210000,220000,230000,610000,620000,640000 500000:510000,520000,610000 "
    "510000:520000,530000,540000,610000,620000,630000 520000:530000 530000:540000 "
    "540000:630000,650000 610000:620000,640000 620000:630000,640000,650000 630000:650000 "
    "210000:220000 220000:230000"
)


def products() -> pl.DataFrame:
    """60 products in 8 families; list price and cost are yuan per base unit, without tax."""
    oils = [
        {
            "family": family, "product_name": f"{family} {pack}", "uom": uom,
            "list_price": round(drum * factor, 0), "tier": tier, "is_custom": "定制" in pack,
            "product_id": f"{code}{position + 1:02d}", "base_uom": uom, "brand": "KRUNO",
            "std_cost": round(drum * factor * (0.58 + 0.013 * position), 2),
        }
        for family, code, _, _, drum in FAMILIES[:EQUIPMENT]
        for position, (pack, uom, factor, tier) in enumerate(_PACKS)
    ]  # fmt: skip
    equipment = [
        {
            "family": "润滑设备", "product_name": name, "uom": uom, "list_price": price,
            "tier": tier, "is_custom": False, "product_id": f"EQ{position + 1:02d}",
            "base_uom": uom, "brand": "KRUNO", "std_cost": round(price * 0.66, 2),
        }
        for position, (name, uom, price, tier) in enumerate(_EQUIPMENT)
    ]  # fmt: skip
    position = pl.int_range(pl.len())
    old = position == OLD_PRODUCT
    return pl.DataFrame(oils + equipment).with_columns(
        category_l1=pl.when(pl.col("family") == "润滑设备")
        .then(pl.lit("设备"))
        .otherwise(pl.lit("油品")),
        is_focus=(pl.col("tier") == "high") & ~pl.col("is_custom"),
        launch_date=pl.when(position == NEW_PRODUCT)
        .then(pl.lit(NEW_SINCE))
        .otherwise(pl.lit("2020-01-01")),
        stop_date=pl.when(old).then(pl.lit(OLD_UNTIL)),
        successor_product_id=pl.when(old).then(pl.col("product_id").get(SUCCESSOR)),
        shelf_life_days=pl.when(pl.col("family") == "润滑设备").then(None).otherwise(1095),
    )


def territories() -> pl.DataFrame:
    """The country, 7 regions and 31 provinces, with parents; weight is the potential index."""
    rows: list[tuple] = [("CN", "全国", "nation", None, None, None, 1.0)]
    for (code, name, trend), provinces in REGIONS.items():
        rows.append((code, f"{name}大区", "region", "CN", None, None, trend))
        rows += [
            (province, label, "province", code, province, float(weight), trend)
            for province, label, weight, _, _ in provinces
        ]
    columns = ["territory_id", "territory_name", "level", "parent_id", "adcode", "weight", "trend"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def territory_pairs() -> pl.DataFrame:
    """Every ordered pair of provinces: neighbours or not, road kilometres, yuan a unit."""
    places = [place for provinces in REGIONS.values() for place in provinces]
    codes = [place[0] for place in places]
    longitude, latitude = np.array([place[3:] for place in places]).T
    east = (longitude[:, None] - longitude) * np.cos(np.radians(latitude[:, None])) * 111
    north = (latitude[:, None] - latitude) * 111
    kilometres = np.round(np.hypot(east, north) * 1.25)
    near = {
        frozenset((item.split(":")[0], other))
        for item in _ADJACENT.split()
        for other in item.split(":")[1].split(",")
    }
    pairs = [(i, j) for i in range(len(codes)) for j in range(len(codes)) if i != j]
    return pl.DataFrame(
        [
            (codes[i], codes[j], frozenset((codes[i], codes[j])) in near, float(kilometres[i, j]))
            for i, j in pairs
        ],
        schema=["from_id", "to_id", "adjacent", "distance_km"],
        orient="row",
    ).with_columns(freight_per_unit=(4 + pl.col("distance_km") * 0.03).round(2))
