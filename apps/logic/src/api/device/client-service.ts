import { DeviceServiceDefinition } from '@queqiao/protocol/client';
import type { ListDevices, ListedDevice } from '../../usecase/device/list-devices.js';
import type { SignOutDevice } from '../../usecase/device/sign-out-device.js';
import { defineService, type ApiService } from '../api-service.js';
import { platformOf } from '../session/platform.js';

export function clientDeviceService(usecases: {
  listDevices: ListDevices;
  signOutDevice: SignOutDevice;
}): ApiService<'user'> {
  return defineService('user', DeviceServiceDefinition, {
    listDevices: async (_request, context) => ({
      devices: (await usecases.listDevices.run(context)).map(toRecord),
    }),
    async signOutDevice(request, context) {
      await usecases.signOutDevice.run(context, request);
      return {};
    },
  });
}

function toRecord(listed: ListedDevice) {
  const { deviceId: id, platform, brand, model, osVersion, appVersion } = listed;
  const { createdMs, lastSeenMs, current } = listed;
  const device = { id, platform: platformOf(platform), brand, model, osVersion, appVersion };
  return { device, createdMs, lastSeenMs, current };
}
