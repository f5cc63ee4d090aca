import { toProtoGroup } from './mapper.js';
import { toProtoApplication, toProtoInvitation, toProtoLink } from './request-mapper.js';
import type { GroupHandlers, GroupUsecases } from './usecases.js';

/** The ways into a group: applications, invitations, links and face rooms. */
export function arrivals(usecases: GroupUsecases) {
  return {
    ...applications(usecases),
    ...invitations(usecases),
    ...links(usecases),
    ...faces(usecases),
  };
}

function applications(usecases: GroupUsecases) {
  return {
    async joinGroup(request, context) {
      const { application, ...answer } = await usecases.joinGroup.run(context, request);
      return { ...answer, application: application ? toProtoApplication(application) : undefined };
    },
    async listApplications(request, context) {
      const page = await usecases.listApplications.run(context, request);
      return { ...page, applications: page.applications.map(toProtoApplication) };
    },
    async listMyApplications(request, context) {
      const page = await usecases.listApplications.mine(context, request);
      return { ...page, applications: page.applications.map(toProtoApplication) };
    },
    async handleApplication(request, context) {
      const handled = await usecases.handleApplication.run(context, request);
      return { application: toProtoApplication(handled) };
    },
    async cancelApplication(request, context) {
      const cancelled = await usecases.cancelApplication.run(context, request);
      return { application: toProtoApplication(cancelled) };
    },
    async markApplicationsRead({ clientRequestId }, context) {
      await usecases.markRequestsRead.applications(context, clientRequestId);
      return {};
    },
  } satisfies Partial<GroupHandlers>;
}

function invitations(usecases: GroupUsecases) {
  return {
    async listInvitations(request, context) {
      const page = await usecases.listInvitations.run(context, request);
      return { ...page, invitations: page.invitations.map(toProtoInvitation) };
    },
    async answerInvitation(request, context) {
      const answer = await usecases.answerInvitation.run(context, request);
      const { invitation, joined, application } = answer;
      return {
        invitation: toProtoInvitation(invitation),
        joined,
        application: application ? toProtoApplication(application) : undefined,
      };
    },
    async markInvitationsRead({ clientRequestId }, context) {
      await usecases.markRequestsRead.invitations(context, clientRequestId);
      return {};
    },
  } satisfies Partial<GroupHandlers>;
}

function links(usecases: GroupUsecases) {
  return {
    async createJoinLink(request, context) {
      return { link: toProtoLink(await usecases.createJoinLink.run(context, request)) };
    },
    async revokeJoinLink(request, context) {
      await usecases.revokeJoinLink.run(context, request);
      return {};
    },
    async listJoinLinks({ groupId }, context) {
      return { links: (await usecases.listJoinLinks.run(context, groupId)).map(toProtoLink) };
    },
    async getJoinLink({ token }, context) {
      const view = await usecases.getJoinLink.run(context, token);
      return { link: toProtoLink(view.link), group: toProtoGroup(view) };
    },
    async joinByLink(request, context) {
      return usecases.joinByLink.run(context, request);
    },
  } satisfies Partial<GroupHandlers>;
}

function faces(usecases: GroupUsecases) {
  return {
    async enterFaceRoom(request, context) {
      const { room, users } = await usecases.enterFaceRoom.run(context, request);
      const { roomId, expiresMs, groupId } = room;
      return { roomId, users: [...users], expiresMs, groupId: groupId ?? '' };
    },
    async joinFaceRoom(request, context) {
      return usecases.joinFaceRoom.run(context, request);
    },
  } satisfies Partial<GroupHandlers>;
}
