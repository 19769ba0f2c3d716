using GpuOps.Channels.Ssh;
using GpuOps.Pools;
using GpuOps.Schedulers;

namespace GpuOps.Configuration;

/// <summary>What stands behind the URIs of one scheme: one row of the <see cref="BackendCatalog"/>.</summary>
/// <param name="Name">The scheme, in lower case.</param>
/// <param name="Description">What it is, in a few words.</param>
public sealed record BackendScheme(string Name, string Description)
{
    /// <summary>The keys an entry may have beside <c>uri</c>.</summary>
    public IReadOnlyList<BackendOption> Options { get; init; } = [];

    /// <summary>The variable for the password of a URI without a name; null when the scheme knows no password.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>Fails with a <see cref="Errors.GpuOpsException"/> when the URI or the options make no sense.</summary>
    public Action<BackendDefinition, ConfigurationEnvironment> Check { get; init; } = static (_, _) => { };

    /// <summary>The URI with a relative path made absolute, before it is written to a file that other folders read.</summary>
    public Func<BackendUri, ConfigurationEnvironment, string> Absolute { get; init; } = static (uri, _) => uri.Text;

    /// <summary>Finds the way to a backend that is on another host; null when it is on this one, or reached otherwise.</summary>
    public Func<BackendDefinition, BackendContext, SshRoute?> Route { get; init; } = static (_, _) => null;

    /// <summary>Makes the pool; null when backends of this scheme hold none. Does not connect.</summary>
    public Func<BackendDefinition, BackendContext, IGpuPool>? Pool { get; init; }

    /// <summary>Makes the scheduler; null when backends of this scheme run no jobs. Does not connect.</summary>
    public Func<BackendDefinition, BackendContext, IJobScheduler>? Scheduler { get; init; }
}
