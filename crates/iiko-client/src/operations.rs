//! One method a path, named as the path is: the thin layer over [`Client::send`]. What has no method here yet is sent
//! by its endpoint.

use iiko_types::{
    endpoint::{Endpoint, NoBody},
    operations,
};

use crate::{client::Client, error::Error};

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $endpoint:ident;)*) => {
        impl Client {$(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// See [`Error`].
            pub async fn $name(
                &self,
                request: &<operations::$endpoint as Endpoint>::Request,
            ) -> Result<<operations::$endpoint as Endpoint>::Response, Error> {
                self.send::<operations::$endpoint>(request).await
            }
        )*}
    };
}

methods! {
    /// `POST /api/1/organizations`: the organizations this login sees.
    organizations: Organizations;
    /// `POST /api/1/organizations/settings`: settings by name, of which at least one has to be asked for.
    organizations_settings: OrganizationsSettings;
    /// `POST /api/1/terminal_groups`: the terminal groups of organizations, those asleep apart.
    terminal_groups: TerminalGroups;
    /// `POST /api/1/terminal_groups/is_alive`: whether they can be reached.
    #[doc(alias = "is_alive")]
    terminal_groups_is_alive: TerminalGroupsIsAlive;
    /// `POST /api/1/nomenclature`: everything one organization sells. May be large: see [`Client::send_bytes`].
    nomenclature: Nomenclature;
    /// `POST /api/2/menu/by_id`: one external menu, its shape by the version that was asked for.
    menu_by_id: MenuById;
    /// `POST /api/1/stop_lists`: what each terminal group cannot sell now, with balances.
    stop_lists: StopLists;
    /// `POST /api/1/stop_lists/add`: stop products, or change their balances.
    stop_lists_add: StopListsAdd;
    /// `POST /api/1/stop_lists/remove`: take products out of the stop list.
    stop_lists_remove: StopListsRemove;
    /// `POST /api/1/stop_lists/clear`: empty the stop list of a terminal group.
    stop_lists_clear: StopListsClear;
    /// `POST /api/1/stop_lists/check`: what of a list of items is stopped.
    stop_lists_check: StopListsCheck;
    /// `POST /api/1/payment_types`: the ways to pay.
    payment_types: PaymentTypes;
    /// `POST /api/1/deliveries/order_types`: the types an order may have.
    #[doc(alias = "order_types")]
    deliveries_order_types: DeliveriesOrderTypes;
    /// `POST /api/1/discounts`: discounts and surcharges.
    discounts: Discounts;
    /// `POST /api/1/combo`: the combos of an organization.
    combo: Combo;
    /// `POST /api/1/commands/status`: how far a command has come.
    #[doc(alias = "status")]
    commands_status: CommandsStatus;
}

impl Client {
    /// `POST /api/2/menu`: the external menus and price categories this login may use.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn menu(&self) -> Result<<operations::Menu as Endpoint>::Response, Error> {
        self.send::<operations::Menu>(&NoBody).await
    }
}
