using GpuOps.Errors;

namespace GpuOps.Pools.Reservations;

/// <summary>Says why a request was refused.</summary>
internal static class RefusalText
{
    public static GpuOpsException Explain(ReservationRequest request, ReservationDecision decision, string store)
    {
        var host = request.Host;
        return decision.Reason switch
        {
            RefusalReason.NotInitialized => new("PoolNotInitialized", GpuOpsErrorKind.NotReady,
                $"The pool in '{store}' has no GPUs of the host '{host}'. Run Initialize-GpuPool on that host, or name another host with -ComputerName or another pool with -Backend.", host),
            RefusalReason.UnknownGpu => new("GpuNotFound", GpuOpsErrorKind.NotFound,
                $"The host '{host}' has no {Names(decision.Gpus)}. Get-GpuStatus lists the GPUs there are.", decision.Gpus),
            RefusalReason.DisabledGpu => new("GpuDisabled", GpuOpsErrorKind.NotReady,
                $"{Names(decision.Gpus)} of the host '{host}' {(decision.Gpus.Count == 1 ? "is" : "are")} out of service. Get-GpuStatus shows why; Enable-Gpu puts it back.", decision.Gpus),
            RefusalReason.TooMany => new("TooManyGpus", GpuOpsErrorKind.InvalidArgument,
                $"{request.Demand} can never be granted: the host '{host}' has {Count(decision.InService)} in service.", request.Demand),
            RefusalReason.TooMuchMemory => new("TooMuchMemory", GpuOpsErrorKind.InvalidArgument,
                $"{request.Demand} can never be granted: no GPU of the host '{host}' is known to have that much memory.", request.Demand),
            _ => new("GpuBusy", GpuOpsErrorKind.Busy, Busy(request, decision), request.Demand),
        };
    }

    private static string Busy(ReservationRequest request, ReservationDecision decision)
    {
        var state = $"{decision.Free} of {Count(decision.InService)} in service on '{request.Host}' {(decision.Free == 1 ? "is" : "are")} free";
        var ahead = decision.Waiting switch
        {
            0 => "",
            1 => ", and 1 request waits ahead",
            var more => $", and {more} requests wait ahead",
        };
        return $"{request.Demand} cannot be granted now: {state}{ahead}. Leave out -NoWait to wait in line.";
    }

    private static string Count(int gpus) => gpus == 1 ? "1 GPU" : $"{gpus} GPUs";

    private static string Names(IReadOnlyList<int> gpus) => (gpus.Count == 1 ? "GPU " : "GPUs ") + string.Join(", ", gpus);
}
