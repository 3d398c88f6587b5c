//! Who may call an operation.

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone; a token that is sent is not looked at.
    Anyone,
    /// Anyone; a token that is sent has to be valid.
    Visitors,
    /// Whoever is signed in.
    Users,
    /// Whoever is signed in, and guests by the token of their cart.
    UsersAndGuests,
    /// The customer whose it is, and staff; for other customers it does not exist.
    OwnersAndStaff,
    Staff,
    Admins,
}
