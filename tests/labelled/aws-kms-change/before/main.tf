resource "aws_kms_key" "gone" {
  description = "orders"
}

resource "aws_kms_key" "kept" {
  description = "payments"
}

resource "aws_kms_key" "counted" {
  count       = 2
  description = "shard ${count.index}"
}
