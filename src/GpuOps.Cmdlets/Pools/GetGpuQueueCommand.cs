using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Shows who waits for GPUs, for what, since when and at which place.</summary>
[Cmdlet(VerbsCommon.Get, "GpuQueue")]
[OutputType(typeof(GpuQueueEntry))]
public sealed class GetGpuQueueCommand : PoolCmdlet
{
    /// <summary>Only requests for the GPUs of this host.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string? ComputerName { get; set; }

    /// <summary>Only this user's requests; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        var snapshot = Read(pool, ComputerName);
        var user = User is null ? null : WildcardPattern.Get(User, WildcardOptions.None);
        WriteObject(snapshot.Queue.Where(entry => user is null || user.IsMatch(entry.User)), enumerateCollection: true);
    }
}
