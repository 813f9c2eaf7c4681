output "bucket_names" {
  value = { for purpose, bucket in aws_s3_bucket.lake : purpose => bucket.bucket }
}
