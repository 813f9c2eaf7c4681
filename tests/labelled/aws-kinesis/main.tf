resource "aws_kinesis_stream" "plain" {
  name        = "plain"
  shard_count = 1
}

resource "aws_kinesis_stream" "good" {
  name            = "good"
  shard_count     = 1
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"
}

resource "aws_kinesis_stream" "none" {
  name            = "none"
  shard_count     = 1
  encryption_type = "NONE"
}
