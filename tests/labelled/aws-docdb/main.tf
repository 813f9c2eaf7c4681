resource "aws_docdb_cluster" "plain" {
  cluster_identifier  = "plain"
  master_username     = "app"
  master_password     = "notarealsecret1"
  skip_final_snapshot = true
}

resource "aws_docdb_cluster" "good" {
  cluster_identifier  = "good"
  master_username     = "app"
  master_password     = "notarealsecret1"
  skip_final_snapshot = true
  storage_encrypted   = true
}

resource "aws_docdb_cluster" "each" {
  for_each            = { a = false, b = true }
  cluster_identifier  = "each-${each.key}"
  master_username     = "app"
  master_password     = "notarealsecret1"
  skip_final_snapshot = true
  storage_encrypted   = each.value
}
