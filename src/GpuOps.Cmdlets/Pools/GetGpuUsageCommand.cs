using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Sums up GPU hours, running reservations counted until now.</summary>
[Cmdlet(VerbsCommon.Get, "GpuUsage")]
[OutputType(typeof(GpuUsage))]
public sealed class GetGpuUsageCommand : PoolCmdlet
{
    /// <summary>From when on: a moment, or how long ago.</summary>
    /// <value>30d</value>
    [Parameter(Position = 0)]
    [Past]
    public DateTime Since { get; set; } = DateTime.Now.AddDays(-30);

    /// <summary>Only this user's; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <summary>What to sum by.</summary>
    [Parameter]
    public UsageGrouping GroupBy { get; set; } = UsageGrouping.User;

    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        var user = User is null ? null : WildcardPattern.Get(User, WildcardOptions.None);
        foreach (var usage in Run(token => pool.ReadUsageAsync(Since, user is null ? null : user.IsMatch, GroupBy, token)))
        {
            // The view shows the column that was grouped by, and knows it by this name.
            var row = PSObject.AsPSObject(usage);
            row.TypeNames.Insert(0, $"{typeof(GpuUsage).FullName}#{GroupBy}");
            WriteObject(row);
        }
    }
}
