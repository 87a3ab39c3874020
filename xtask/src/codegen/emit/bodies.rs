//! The table through which a path finds the types of its bodies.

use crate::codegen::{contract::Operation, naming};

pub(super) fn emit(operations: &[Operation]) -> String {
    let rows: String = operations
        .iter()
        .map(|operation| format!("Bodies::of::<{}>(),\n", naming::type_name(&operation.name)))
        .collect();
    let markers: Vec<_> = operations
        .iter()
        .map(|operation| naming::type_name(&operation.name))
        .collect();
    format!(
        "{}\n//! How the bodies of the operations are read.\n\n\
         use crate::{{decode::Bodies, generated::operations::{{{}}}}};\n\n\
         /// Every operation, in the order of the contract.\n\
         pub(crate) const ALL: &[Bodies] = &[\n{rows}];\n",
        super::HEADER,
        markers.join(", "),
    )
}
