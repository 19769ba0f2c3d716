using System.Reflection;
using GpuOps.Pools;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>A pool whose answers come late: as late as whoever looks at them wants.</summary>
public class LateAnswer : DispatchProxy
{
    private IGpuPool _pool = null!;
    private Func<object?, Task> _look = null!;

    public static IGpuPool Of(IGpuPool pool, Func<object?, Task> look)
    {
        var late = Create<IGpuPool, LateAnswer>();
        ((LateAnswer)(object)late)._pool = pool;
        ((LateAnswer)(object)late)._look = look;
        return late;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_pool, args);
        return answer is Task<ReservationDecision> decision ? LateAsync(decision) : answer;
    }

    private async Task<ReservationDecision> LateAsync(Task<ReservationDecision> answer)
    {
        var told = await answer;
        await _look(told);
        return told;
    }
}
