//! Where a restaurant delivers, when, and from which sum on.

use chrono::{Datelike, TimeDelta, Timelike};
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, TerminalGroupId},
    number::ExactDecimal,
    schemas::{
        AllowedItemWithDuration, DeliveryRestrictionItem, DeliveryRestrictionRejectCode,
        DeliveryRestrictions, DeliveryRestrictionsCoordinates, DeliveryZone,
        DeliveryZoneAddressBinding, HousesRange, RejectItem, RejectItemData,
    },
    time::{LocalTime, TimeSpan},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::scenario::{ScenarioFile, id_of, references::DeliverySpec};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) minutes: i64,
    pub(crate) self_service_minutes: i64,
    pub(crate) min_sum: Decimal,
    /// Minutes from midnight.
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) zones: Vec<Zone>,
}

/// What one terminal group reaches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) terminal_group_id: TerminalGroupId,
    corners: Vec<(Decimal, Decimal)>,
    streets: Vec<Guid>,
    min_sum: Decimal,
    minutes: i64,
    /// Monday is 1.
    days: Vec<u32>,
    product_id: Option<ProductId>,
}

/// What is to be brought where and when.
pub(crate) struct Wish {
    pub(crate) point: Option<(Decimal, Decimal)>,
    pub(crate) street_id: Option<Guid>,
    pub(crate) at: LocalTime,
    pub(crate) sum: Option<Decimal>,
    pub(crate) is_courier: bool,
}

impl Delivery {
    pub(crate) fn of_scenario(file: &ScenarioFile, spec: &DeliverySpec) -> Self {
        let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
        let zones = spec.zones.iter().map(|zone| Zone {
            name: zone.name.clone(),
            organization_id: OrganizationId(id("organization", &zone.organization)),
            terminal_group_id: TerminalGroupId(id(
                "terminal-group",
                &format!("{}/{}", zone.organization, zone.terminal_group),
            )),
            corners: zone
                .corners
                .iter()
                .map(|[latitude, longitude]| (latitude.0, longitude.0))
                .collect(),
            streets: zone.streets.iter().map(|slug| id("street", slug)).collect(),
            min_sum: zone.min_sum.0,
            minutes: zone.minutes,
            days: zone.days.clone(),
            product_id: zone
                .product
                .as_ref()
                .map(|code| ProductId(id("product", code))),
        });
        Self {
            minutes: spec.minutes,
            self_service_minutes: spec.self_service_minutes,
            min_sum: spec.min_sum.0,
            from: spec.from,
            to: spec.to,
            zones: zones.collect(),
        }
    }

    /// Whether a zone takes the order, and how, or why not.
    pub(crate) fn judge(
        &self,
        zone: &Zone,
        wish: &Wish,
    ) -> Result<AllowedItemWithDuration, Box<RejectItem>> {
        use DeliveryRestrictionRejectCode as Code;

        let reject = |code: Code, hint: &str, data: RejectItemData| {
            Err(Box::new(RejectItem {
                terminal_group_id: Some(zone.terminal_group_id),
                organization_id: Some(zone.organization_id),
                zone: Some(zone.name.clone()),
                reject_code: Some(code),
                reject_hint: Some(hint.to_owned()),
                reject_item_data: Some(data),
                ..RejectItem::default()
            }))
        };
        if wish.is_courier && !zone.reaches(wish) {
            let hint = "The address is out of the terminal's zone.";
            return reject(Code::OutOfTerminalZone, hint, RejectItemData::default());
        }
        if !zone
            .days
            .contains(&wish.at.0.weekday().number_from_monday())
        {
            let data = RejectItemData {
                allowed_week_days: Some(zone.days.iter().map(ToString::to_string).collect()),
                ..RejectItemData::default()
            };
            return reject(
                Code::DayOfWeekIsUnacceptable,
                "No delivery on this day.",
                data,
            );
        }
        let minute = i64::from(wish.at.0.hour() * 60 + wish.at.0.minute());
        if !(self.from..self.to).contains(&minute) {
            let time = |minutes: i64| TimeSpan(TimeDelta::minutes(minutes));
            let data = RejectItemData {
                date_from: Some(time(self.from)),
                date_to: Some(time(self.to)),
                ..RejectItemData::default()
            };
            return reject(
                Code::DeliveryTimeIsUnacceptable,
                "No delivery at this time.",
                data,
            );
        }
        if let Some(sum) = wish.sum
            && wish.is_courier
            && sum < zone.min_sum
        {
            let data = RejectItemData {
                min_sum: Some(ExactDecimal(zone.min_sum)),
                ..RejectItemData::default()
            };
            return reject(
                Code::SumIsLessThenMinimum,
                "The sum is less than the minimum.",
                data,
            );
        }
        Ok(AllowedItemWithDuration {
            terminal_group_id: Some(zone.terminal_group_id),
            organization_id: Some(zone.organization_id),
            delivery_duration_in_minutes: Some(match wish.is_courier {
                true => zone.minutes,
                false => self.self_service_minutes,
            }),
            zone: wish.is_courier.then(|| zone.name.clone()),
            delivery_service_product_id: zone.product_id.map(|id| id.0).filter(|_| wish.is_courier),
            ..AllowedItemWithDuration::default()
        })
    }

    /// Defaults, and the rules of zones that are known by name.
    pub(crate) fn take_over(&mut self, new: &DeliveryRestrictions) {
        self.minutes = new
            .default_delivery_duration_in_minutes
            .unwrap_or(self.minutes);
        let self_service = new.default_self_service_duration_in_minutes;
        self.self_service_minutes = self_service.unwrap_or(self.self_service_minutes);
        self.min_sum = new.default_min_sum.map_or(self.min_sum, |sum| sum.0);
        self.from = new.default_from.unwrap_or(self.from);
        self.to = new.default_to.unwrap_or(self.to);
        for rule in new.restrictions.iter().flatten() {
            let mut zones = self.zones.iter_mut();
            let zone = zones.find(|zone| Some(&zone.name) == rule.zone.as_ref());
            if let Some(zone) = zone {
                zone.min_sum = rule.min_sum.map_or(zone.min_sum, |sum| sum.0);
                zone.minutes = rule.delivery_duration_in_minutes.unwrap_or(zone.minutes);
                if let Some(map) = rule.week_map {
                    zone.days = (1..=7).filter(|day| map & (1 << (day - 1)) != 0).collect();
                }
            }
        }
    }

    /// The rules as the dictionary tells them.
    pub(crate) fn rows(&self, organization_id: OrganizationId) -> Vec<DeliveryRestrictionItem> {
        let zones = self
            .zones
            .iter()
            .filter(|zone| zone.organization_id == organization_id);
        let row = |(zone, priority): (&Zone, i64)| {
            let week_map = zone.days.iter().map(|day| 1 << (day - 1)).sum();
            DeliveryRestrictionItem {
                min_sum: Some(ExactDecimal(zone.min_sum)),
                terminal_group_id: Some(zone.terminal_group_id),
                organization_id: Some(zone.organization_id),
                zone: Some(zone.name.clone()),
                from: Some(self.from),
                to: Some(self.to),
                delivery_service_product_id: zone.product_id.map(|id| id.0),
                ..DeliveryRestrictionItem::new(week_map, priority, zone.minutes)
            }
        };
        zones.zip(0..).map(row).collect()
    }
}

impl Zone {
    fn reaches(&self, wish: &Wish) -> bool {
        wish.street_id.is_some_and(|id| self.streets.contains(&id))
            || wish
                .point
                .is_some_and(|point| is_inside(&self.corners, point))
    }

    pub(crate) fn view(&self) -> DeliveryZone {
        let corner = |(latitude, longitude): &(Decimal, Decimal)| {
            DeliveryRestrictionsCoordinates::new(ExactDecimal(*latitude), ExactDecimal(*longitude))
        };
        DeliveryZone {
            name: Some(self.name.clone()),
            coordinates: Some(self.corners.iter().map(corner).collect()),
            addresses: Some(self.streets.iter().map(|id| whole_street(*id)).collect()),
            ..DeliveryZone::default()
        }
    }
}

fn whole_street(id: Guid) -> DeliveryZoneAddressBinding {
    DeliveryZoneAddressBinding {
        street_id: Some(id),
        houses: Some(HousesRange {
            r#type: Some(0.into()),
            starting_number: Some(0),
            max_number: Some(0),
            is_unlimited_range: Some(true),
            specific_numbers: Some(Vec::new()),
            ..HousesRange::default()
        }),
        ..DeliveryZoneAddressBinding::default()
    }
}

/// Whether a ray from the point crosses the edges an odd number of times.
fn is_inside(corners: &[(Decimal, Decimal)], (y, x): (Decimal, Decimal)) -> bool {
    let mut is_inside = false;
    for (index, &(y1, x1)) in corners.iter().enumerate() {
        let &(y2, x2) = &corners[(index + 1) % corners.len()];
        if (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            is_inside = !is_inside;
        }
    }
    is_inside
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::is_inside;

    #[test]
    fn a_point_is_inside_or_outside() {
        let point = |y: i64, x: i64| (Decimal::from(y), Decimal::from(x));
        // an L
        let corners = [
            point(0, 0),
            point(0, 4),
            point(2, 4),
            point(2, 2),
            point(4, 2),
            point(4, 0),
        ];
        for (y, x, expected) in [
            (1, 1, true),
            (1, 3, true),
            (3, 1, true),
            (3, 3, false),
            (5, 1, false),
            (1, 5, false),
        ] {
            assert_eq!(is_inside(&corners, point(y, x)), expected, "{y} {x}");
        }
    }
}
