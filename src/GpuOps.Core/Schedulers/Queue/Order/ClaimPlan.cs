namespace GpuOps.Schedulers.Queue.Order;

/// <summary>What has to be done so that the right jobs stand in the pool's line in the right order.</summary>
/// <param name="Withdraw">What stands there and must not, or stands ahead of what it would delay; to be done first.</param>
/// <param name="Ask">
/// What is to be asked for, in this order. When the first is granted at once, plan again before the next is asked for:
/// another of its kind may come before that.
/// </param>
internal sealed record ClaimPlan(IReadOnlyList<GpuWish> Withdraw, IReadOnlyList<GpuWish> Ask)
{
    /// <summary>
    /// Plans. A place in the pool's line is worth something, people wait there too: what may stay keeps its own. It may
    /// not where a job before it in the order would have to stand behind it and may want the same GPU.
    /// </summary>
    /// <param name="open">What stands in the pool's line, in its order there.</param>
    /// <param name="wanted">What has to stand there, in order.</param>
    public static ClaimPlan Of(IReadOnlyList<GpuWish> open, IReadOnlyList<GpuWish> wanted)
    {
        List<GpuWish> withdraw = [];
        HashSet<GpuWish> kept = [];
        HashSet<GpuWish> wishes = [.. wanted];
        foreach (var claim in open)
        {
            if (wishes.Contains(claim) && !wanted.TakeWhile(wish => wish != claim).Any(before => !kept.Contains(before) && before.Kind.Meets(claim.Kind)))
                kept.Add(claim);
            else
                withdraw.Add(claim);
        }

        return new ClaimPlan(withdraw, [.. wanted.Where(wish => !kept.Contains(wish))]);
    }
}
