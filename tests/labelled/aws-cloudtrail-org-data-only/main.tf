resource "aws_cloudtrail" "org" {
  name                  = "org"
  s3_bucket_name        = "org-trails"
  is_organization_trail = true
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "second" {
  name           = "second"
  s3_bucket_name = "org-trails"
  event_selector {
    read_write_type           = "All"
    include_management_events = false
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::orders/"]
    }
  }
}

resource "aws_cloudtrail" "third" {
  name           = "third"
  s3_bucket_name = "org-trails"
  advanced_event_selector {
    name = "objects"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
  }
}
