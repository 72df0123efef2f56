#pragma once

int esp_ota_mark_app_valid_cancel_rollback();
