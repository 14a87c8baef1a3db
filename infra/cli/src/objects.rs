//! Objects of the stack's bucket: uploads files and downloads objects. The rest the lake's store does.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use onefold_store::{Object, Store, StoreError};

use crate::cloud::Cloud;
use crate::concurrently::for_each;
use crate::error::Error;
use crate::etag;

/// How many objects, or parts of one, are on their way at a time.
pub const TRANSFERS: usize = 4;
/// How often a download that broke off is begun again.
const DOWNLOAD_ATTEMPTS_MAX: u32 = 4;

/// The content of a small object, or `None` if there is no such object.
pub async fn read(cloud: &Cloud, key: &str) -> Result<Option<Vec<u8>>, Error> {
    match cloud.store.get(key).await {
        Ok((content, _)) => Ok(Some(content.into())),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Uploads a file; a large one in parts.
pub async fn upload(cloud: &Cloud, path: &Path, key: &str) -> Result<(), Error> {
    let file_bytes = fs::metadata(path).map_err(Error::file("read", path))?.len();
    match etag::parts(file_bytes) {
        None => {
            let body = section(path, 0, file_bytes).await?;
            let put = cloud.s3.put_object().bucket(&cloud.bucket).key(key).body(body);
            put.send().await.map_err(Error::call(format!("upload {}", path.display())))?;
            Ok(())
        }
        Some(parts) => upload_in_parts(cloud, path, key, parts).await,
    }
}

/// Uploads a file in the given parts. An upload that fails is given up, so that its parts do not stay.
async fn upload_in_parts(cloud: &Cloud, path: &Path, key: &str, parts: Vec<(u64, u64)>) -> Result<(), Error> {
    let begin = cloud.s3.create_multipart_upload().bucket(&cloud.bucket).key(key);
    let begun = begin.send().await.map_err(Error::call(format!("upload {}", path.display())))?;
    let Some(upload_id) = begun.upload_id else {
        return Err(Error::malformed(key, "S3 began an upload without an id"));
    };
    let uploaded = for_each((1..).zip(parts), TRANSFERS, |(number, (offset, length))| {
        let (cloud, path, key, upload_id) = (cloud.clone(), path.to_owned(), key.to_owned(), upload_id.clone());
        async move {
            let body = section(&path, offset, length).await?;
            let part = cloud.s3.upload_part().bucket(&cloud.bucket).key(key).upload_id(upload_id);
            let sent = part.part_number(number).body(body).send().await;
            let sent = sent.map_err(Error::call(format!("upload part {number} of {}", path.display())))?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
            Ok(part.set_checksum_crc32(sent.checksum_crc32).build())
        }
    })
    .await;
    let finished = match uploaded {
        Ok(uploaded) => {
            let parts = CompletedMultipartUpload::builder().set_parts(Some(uploaded)).build();
            let finish = cloud.s3.complete_multipart_upload().bucket(&cloud.bucket).key(key).upload_id(&upload_id);
            let answer = finish.multipart_upload(parts).send().await;
            answer.map(drop).map_err(Error::call(format!("finish the upload of {}", path.display())))
        }
        Err(error) => Err(error),
    };
    if finished.is_err() {
        // A lifecycle rule of the bucket removes what this may fail to.
        let abort = cloud.s3.abort_multipart_upload().bucket(&cloud.bucket).key(key).upload_id(&upload_id);
        let _ = abort.send().await;
    }
    finished
}

/// A part of a file as the body of a request.
async fn section(path: &Path, offset: u64, length: u64) -> Result<ByteStream, Error> {
    let section = ByteStream::read_from().path(path).offset(offset).length(Length::Exact(length)).buffer_size(1 << 18);
    section.build().await.map_err(Error::body(format!("read {}", path.display())))
}

/// Downloads an object into a file, whose folder is made if need be.
pub async fn download(cloud: &Cloud, object: &Object, path: &Path) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    let mut attempt = 1;
    loop {
        match download_once(cloud, object, path).await {
            // A connection that breaks within the body is not retried by the client.
            Err(Error::Store { source: StoreError::Unavailable { .. } }) if attempt < DOWNLOAD_ATTEMPTS_MAX => {
                attempt += 1
            }
            result => return result,
        }
    }
}

async fn download_once(cloud: &Cloud, object: &Object, path: &Path) -> Result<(), Error> {
    let mut body = cloud.store.stream(&object.key, &object.etag, 0).await?;
    let mut file = File::create(path).map_err(Error::file("write", path))?;
    let mut file_bytes = 0;
    while let Some(bytes) = body.next().await? {
        file.write_all(&bytes).map_err(Error::file("write", path))?;
        file_bytes += bytes.len() as u64;
    }
    if file_bytes == object.size {
        return Ok(());
    }
    Err(Error::malformed(&object.key, format!("{file_bytes} bytes came instead of {}; try again", object.size)))
}
