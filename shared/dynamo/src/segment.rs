//! Reading a whole table, as audits, migrations and republishing do: in segments, side by side.

use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use serde::Deserialize;

use super::{Call, Item};

/// One of so many equal parts of a table. DynamoDB gives an item its segment by the hash of its partition key, so
/// the items of a partition stand in one of them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Sent")]
pub struct Segment {
    number: i32,
    of: i32,
}

#[derive(Deserialize)]
struct Sent {
    segment: i32,
    segments: i32,
}

impl TryFrom<Sent> for Segment {
    type Error = String;

    fn try_from(sent: Sent) -> Result<Self, String> {
        match sent {
            Sent { segment, segments: of @ 1..=1_000_000 } if (0..of).contains(&segment) => {
                Ok(Self { number: segment, of })
            }
            Sent { segment, segments } => Err(format!("there is no segment {segment} of {segments}")),
        }
    }
}

impl Segment {
    /// Which one it is, from 0.
    pub fn number(self) -> u64 {
        self.number.unsigned_abs().into()
    }

    /// How many there are.
    pub fn of(self) -> u64 {
        self.of.unsigned_abs().into()
    }
}

/// The pages of a segment, one after the other.
pub struct Segments {
    /// What is still to be asked for.
    next: Option<ScanFluentBuilder>,
}

impl Segments {
    /// The pages of a scan, of one segment only.
    pub fn of(scan: ScanFluentBuilder, segment: Segment) -> Self {
        Self { next: Some(scan.segment(segment.number).total_segments(segment.of)) }
    }

    /// The next page, up to 1 MB of the table; nothing after the last one. One call.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn page(&mut self) -> Call<'_, Option<Vec<Item>>> {
        Box::pin(async {
            let Some(scan) = self.next.take() else { return Ok(None) };
            let answer = scan.clone().send().await.map_err(aws::failed)?;
            self.next = answer.last_evaluated_key.map(|key| scan.set_exclusive_start_key(Some(key)));
            Ok(Some(answer.items.unwrap_or_default()))
        })
    }
}
