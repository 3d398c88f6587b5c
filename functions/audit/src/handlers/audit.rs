//! Whether the books of a segment of the shop balance: `{"segment": 0, "segments": 8}` in, what was looked at and what
//! differs out. Who may call: whoever IAM lets invoke it (`make audit` does, for all segments).

use audit::Audit;
use kernel::StartupError;
use messaging::job;

pub async fn start() -> Result<(), StartupError> {
    let audit = Audit::from_env().await?;
    job::run(|segment| audit.segment(segment)).await
}
