resource "aws_neptune_cluster" "plain" {
  cluster_identifier  = "plain"
  skip_final_snapshot = true
}

resource "aws_neptune_cluster" "good" {
  cluster_identifier  = "good"
  skip_final_snapshot = true
  storage_encrypted   = true
}

resource "aws_neptune_cluster" "off" {
  cluster_identifier  = "off"
  skip_final_snapshot = true
  storage_encrypted   = "false"
}
