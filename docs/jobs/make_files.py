"""Write the two tables of the complete jobs, always the same: synthetic, and messy on purpose.

python docs/jobs/make_files.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent


def hourly_demand():
    """Ten months of a town's demand: heating, working hours, holidays, missing rows and cells."""
    random = np.random.default_rng(0)
    hours = pd.date_range("2024-01-01", "2024-10-30 23:00", freq="h")
    n_hours = len(hours)
    season = 13 - 10 * np.cos((hours.day_of_year - 20) * 2 * np.pi / 365)
    slow = np.convolve(random.normal(0, 1.2, n_hours + 71), np.ones(72) / 9, "valid")
    temperature = season + 4 * np.sin((hours.hour - 9) * np.pi / 12) + slow
    holiday = hours.normalize().isin(
        pd.to_datetime(["2024-01-01", "2024-04-01", "2024-05-01", "2024-05-09", "2024-10-03"])
    )
    works = (hours.day_of_week < 5) & ~holiday
    day = np.where((hours.hour >= 7) & (hours.hour < 20), 1.0, 0.0)
    demand = 60 + 14 * day + 16 * day * works + 2.2 * np.maximum(15 - temperature, 0)
    demand = demand + random.normal(0, 1.5, n_hours)
    table = pd.DataFrame({"demand": demand.round(1), "temperature": temperature.round(1)})
    table["holiday"] = holiday.astype(int)
    table.insert(0, "time", hours.strftime("%d/%m/%Y %H:%M"))
    table["temperature"] = table["temperature"].astype(str)
    table.loc[random.choice(n_hours, 25, replace=False), "temperature"] = "n/a"
    table = table.drop(index=random.choice(n_hours - 100, 12, replace=False))
    table[::-1].to_csv(FOLDER / "hourly_demand.csv", index=False)


def sixty_shops():
    """Five months of sales of sixty shops: some open late, two close, promotions are planned."""
    random = np.random.default_rng(1)
    days = pd.date_range("2024-03-01", "2024-07-31", freq="D")
    frames = []
    for number in range(60):
        level = 10 ** random.uniform(1, 3)
        weekend = 1 + random.uniform(0.2, 0.8) * (days.day_of_week >= 5)
        promotion = (random.random(len(days)) < 0.12).astype(int)
        lift = np.where(days.day_of_week >= 5, 0.05, 0.9) * promotion  # few gain at weekends
        sales = level * weekend * (1 + lift) * np.exp(random.normal(0, 0.08, len(days)))
        shop = {"day": days, "shop": f"shop{number:02d}", "sales": sales.round()}
        frame = pd.DataFrame(shop | {"promotion": promotion})
        if number in (7, 8):  # closed in June
            frame = frame[frame["day"] < "2024-06-15"]
        if number == 59:  # opened ten days ago
            frame = frame[frame["day"] >= "2024-07-22"]
        frames.append(frame)
    pd.concat(frames).to_csv(FOLDER / "sixty_shops.csv", index=False)


if __name__ == "__main__":
    hourly_demand()
    sixty_shops()
