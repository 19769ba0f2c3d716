using System.Text.Json;
using GpuOps.Channels.OpenSsh;
using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>The way to a host: what carries it, and what is to be known for it.</summary>
/// <param name="Name">The profile, or the host as it was named.</param>
/// <param name="Profile">The profile; null for a host that was named itself.</param>
/// <param name="Resolve">Finds out what a connection of this module needs; what it reads may be wrong.</param>
public sealed record SshRoute(string Name, SshProfile? Profile, Func<SshDestination> Resolve)
{
    private static readonly Dictionary<SshTransport, Carrier> Carriers = new()
    {
        [SshTransport.SshNet] = new(
            static route => route.Resolve(),
            static (route, dialog, time) => new SshChannel(route.Resolve(), dialog, time),
            static (trial, trail, token) => trial.GoAsync(trail, token)),
        [SshTransport.OpenSsh] = new(
            static route => route.Options(),
            static (route, dialog, time) => new OpenSshChannel(route.Options(), dialog, time),
            static (trial, trail, token) => trial.AskAsync(trail, token)),
    };

    /// <summary>False when neither the user nor the user's files chose the host: it is then asked nothing of a person, and no password sent.</summary>
    public bool IsTrusted { get; init; } = true;

    /// <summary>What carries it.</summary>
    public SshTransport Transport => Profile?.Transport ?? SshTransport.SshNet;

    /// <summary>All that a connection depends on, as one text: two ways with the same one lead to the same place in the same manner.</summary>
    /// <exception cref="GpuOpsException">The configuration of ssh is wrong.</exception>
    public string Key => $"{Transport} {IsTrusted} {JsonSerializer.Serialize(Carriers[Transport].Facts(this))}";

    /// <summary>Makes the channel. Does not connect.</summary>
    /// <param name="dialog">Who answers questions.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="GpuOpsException">The configuration of ssh is wrong.</exception>
    public ICommandChannel Open(SshDialog dialog, TimeProvider time) =>
        Carriers[Transport].Open(this, IsTrusted ? dialog : SshDialog.Untrusted, time);

    /// <summary>Goes the way once, as its carrier can be watched.</summary>
    internal Task TryAsync(SshTrial trial, SshTrail trail, CancellationToken cancellationToken) => Carriers[Transport].Try(trial, trail, cancellationToken);

    private OpenSshOptions Options() => new(Profile!.HostName)
    {
        User = Profile.User,
        Port = Profile.Port,
        IdentityFiles = Profile.KeyPath,
        JumpHosts = Profile.JumpHost,
        KeepAlive = Profile.KeepAlive,
        Environment = Profile.EnvironmentVariable,
    };

    private sealed record Carrier(
        Func<SshRoute, object> Facts,
        Func<SshRoute, SshDialog, TimeProvider, ICommandChannel> Open,
        Func<SshTrial, SshTrail, CancellationToken, Task> Try);
}
