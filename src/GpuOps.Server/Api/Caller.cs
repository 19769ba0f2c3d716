using GpuOps.Errors;
using GpuOps.Processes;
using GpuOps.Schedulers;
using Microsoft.AspNetCore.Connections.Features;

namespace GpuOps.Server.Api;

/// <summary>Who asks, as the kernel says it.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="IsAdministrator">May act on everybody's jobs: root, and whoever runs the service.</param>
internal sealed record Caller(string Name, bool IsAdministrator)
{
    /// <summary>Finds out for a request.</summary>
    /// <param name="context">The request.</param>
    public static ValueTask<Caller?> BindAsync(HttpContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return ValueTask.FromResult(socket is null ? null : Of(PeerCredentials.Of(socket)));
    }

    /// <summary>Fails unless a job is the caller's to act on.</summary>
    /// <param name="job">The job.</param>
    /// <exception cref="GpuOpsException"><c>JobOfSomebodyElse</c>.</exception>
    public void MustOwn(GpuJob job)
    {
        if (!IsAdministrator && job.User != Name)
            throw new GpuOpsException("JobOfSomebodyElse", GpuOpsErrorKind.NotAllowed, $"The job {job} is {job.User}'s, and you are {Name}.", job.Id);
    }

    private static Caller Of(PeerCredentials peer) => new(peer.UserName, peer.UserId == 0 || peer.UserId == PeerCredentials.OwnUser);
}
