using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Puts this host's GPUs into a pool, or brings the pool up to date.</summary>
[Cmdlet(VerbsData.Initialize, "GpuPool", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(GpuPoolInfo))]
public sealed class InitializeGpuPoolCommand : PoolCmdlet
{
    /// <summary>How many GPUs the host has; left out, the driver is asked.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(1, 100_000)]
    public int? Count { get; set; }

    /// <summary>Who makes the GPUs; left out, it is found out.</summary>
    [Parameter]
    public GpuProvider? Provider { get; set; }

    /// <summary>Ends reservations on GPUs that go away.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        var plan = Run(token => pool.InitializeAsync(Count, Provider, Force, dryRun: true, token));
        Refuse(plan, pool);
        if (!plan.IsUnchanged
            && ShouldProcess($"{pool.LocalHost} in {pool.Pool.Description}", Describe(plan), hurtsOthers: plan.Held.Any(held => !IsOwn(held))))
        {
            Refuse(Run(token => pool.InitializeAsync(Count, Provider, Force, dryRun: false, token)), pool);
        }

        foreach (var info in PoolInfo.Summarize(Run(token => pool.ReadStatusAsync(pool.LocalHost, token)), [], pool))
        {
            WriteObject(info);
        }
    }

    private void Refuse(PoolInitialization plan, PoolSession pool)
    {
        if (plan.Held.Count > 0 && !Force)
        {
            var held = string.Join("; ", plan.Held.Select(it => $"GPU {string.Join(",", it.GpuId)} by {it.User}"));
            throw new GpuOpsException("PoolInUse", GpuOpsErrorKind.Busy,
                $"GPUs that would go away from the pool of '{pool.LocalHost}' are reserved ({held}). Nothing was changed; wait for them, or use -Force to end these reservations.", pool.LocalHost);
        }
    }

    private static string Describe(PoolInitialization plan)
    {
        List<string> parts = [];
        Say("add", plan.Added);
        Say("remove", plan.Removed);
        Say("update", plan.Changed);
        if (plan.Held.Count > 0)
        {
            parts.Add($"end the reservations {string.Join(", ", plan.Held.Select(it => $"{it.Id} of {it.User}"))}");
        }

        return string.Join(", ", parts);

        void Say(string verb, IReadOnlyList<int> ids)
        {
            if (ids.Count > 0)
            {
                parts.Add($"{verb} GPU {string.Join(",", ids)}");
            }
        }
    }
}
