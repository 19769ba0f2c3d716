using GpuOps.Errors;

namespace GpuOps.Pools.Reservations;

/// <summary>Says why a request was refused.</summary>
internal static class RefusalText
{
    /// <summary>The error for a refusal.</summary>
    /// <param name="request">What was wanted.</param>
    /// <param name="decision">The refusal.</param>
    /// <param name="store">The pool in words.</param>
    /// <param name="held">What is reserved on the host, where that is in the way.</param>
    public static GpuOpsException Explain(ReservationRequest request, ReservationDecision decision, string store, IReadOnlyList<GpuReservation> held)
    {
        var host = request.Host;
        return decision.Reason switch
        {
            RefusalReason.NotInitialized => UninitializedPool.Error(store, host),
            RefusalReason.UnknownGpu => new("GpuNotFound", GpuOpsErrorKind.NotFound,
                $"The host '{host}' has no {Names(decision.Gpus)}. Get-GpuStatus lists the GPUs there are.", decision.Gpus),
            RefusalReason.DisabledGpu => new("GpuDisabled", GpuOpsErrorKind.NotReady,
                $"{Names(decision.Gpus)} of the host '{host}' {(decision.Gpus.Count == 1 ? "is" : "are")} out of service. Get-GpuStatus shows why; Enable-Gpu puts it back.", decision.Gpus),
            RefusalReason.TooMany => new("TooManyGpus", GpuOpsErrorKind.InvalidArgument,
                $"{request.Demand} can never be granted: the host '{host}' has {Count(decision.InService)} in service.", request.Demand),
            RefusalReason.TooMuchMemory => new("TooMuchMemory", GpuOpsErrorKind.InvalidArgument,
                $"{request.Demand} can never be granted: no GPU of the host '{host}' is known to have that much memory.", request.Demand),
            _ => new("GpuBusy", GpuOpsErrorKind.Busy, Busy(request, decision, held), request.Demand),
        };
    }

    private static string Busy(ReservationRequest request, ReservationDecision decision, IReadOnlyList<GpuReservation> held)
    {
        var ahead = decision.Waiting switch
        {
            0 => "",
            1 => ", and 1 request waits ahead",
            var more => $", and {more} requests wait ahead",
        };
        return $"{request.Demand} cannot be granted now: {State(request, decision, held)}{ahead}.{Blocked(request, held)} Leave out -NoWait to wait in line.";
    }

    /// <summary>Who has the GPUs that were named, or how many are free where none was.</summary>
    private static string State(ReservationRequest request, ReservationDecision decision, IReadOnlyList<GpuReservation> held)
    {
        GpuReservation[] inTheWay = [.. held.Where(it => request.Demand.Ids is { } ids && it.GpuId.Intersect(ids).Any())];
        return inTheWay.Length > 0
            ? string.Join("; ", inTheWay.Select(it => $"{Names([.. it.GpuId.Intersect(request.Demand.Ids!)])} of '{request.Host}' {(it.GpuId.Count == 1 ? "is" : "are")} reserved by {it.User} ({it.Id})"))
            : $"{decision.Free} of {Count(decision.InService)} in service on '{request.Host}' {(decision.Free == 1 ? "is" : "are")} free";
    }

    /// <summary>The GPUs that nobody reserved and that are not free all the same.</summary>
    private static string Blocked(ReservationRequest request, IReadOnlyList<GpuReservation> held)
    {
        int[] blocked = [.. (request.Observation?.InUse.Keys ?? []).Except(held.SelectMany(it => it.GpuId)).Order()];
        return blocked.Length == 0 ? ""
            : $" {Names(blocked)} {(blocked.Length == 1 ? "is" : "are")} in use without a reservation or cannot be read; Get-GpuStatus shows by whom or why.{(request.Force ? " -Force takes only what your own processes use." : "")}";
    }

    private static string Count(int gpus) => gpus == 1 ? "1 GPU" : $"{gpus} GPUs";

    private static string Names(IReadOnlyList<int> gpus) => (gpus.Count == 1 ? "GPU " : "GPUs ") + string.Join(", ", gpus);
}
