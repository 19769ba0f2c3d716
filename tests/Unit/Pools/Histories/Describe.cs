using System.Globalization;
using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>Answers as text that is the same where the contract says they are the same. Times count only under one clock.</summary>
internal sealed class Describe(bool showTimes)
{
    public string Of(ReservationDecision answer) => answer.Outcome switch
    {
        ReservationOutcome.Granted => $"granted {Of(answer.Reservation!)}",
        ReservationOutcome.Waiting =>
            $"waiting {answer.Position} of {answer.Waiting}, {answer.InService} in service, beside {Of(answer.Neighbours)}",
        // Who stands beside a request that can never be met, and what is free, is no help to anybody.
        ReservationOutcome.Refused when answer.Reason == RefusalReason.Busy =>
            $"busy, {answer.Free} of {answer.InService} free, beside {Of(answer.Neighbours)}",
        ReservationOutcome.Refused => $"refused {answer.Reason} [{List(answer.Gpus)}], {answer.InService} in service",
        _ => "unknown",
    };

    public string Of(PoolInitialization result) =>
        $"+[{List(result.Added)}] -[{List(result.Removed)}] ~[{List(result.Changed)}] held [{Lines(result.Held.Select(Of))}]";

    public string Of(PoolSnapshot pool) => string.Join(
        "\n", pool.Gpus.Select(Of).Concat(pool.Reservations.OrderBy(held => held.FencingNumber).Select(Of)).Concat(pool.Queue.Select(Of)));

    public string Of(IReadOnlyList<UsageRecord> usage) => Lines(usage.Select(used => string.Create(CultureInfo.InvariantCulture,
        $"used {used.ReservationId} {used.Host}/{used.GpuId} {used.User} {used.Kind} {used.Share:0.####} {Time(used.Start.LocalDateTime)} {End(used.End)}")));

    private string Of(PoolGpu gpu) =>
        $"gpu {gpu.Host}/{gpu.Id} {gpu.Device} {gpu.Uuid} {gpu.Model} {gpu.MemoryTotal} {gpu.Provider} "
        + $"out '{gpu.DisabledReason}' '{gpu.DisabledBy}' {(gpu.DisabledSince is { } since ? Time(since) : "")} used by '{gpu.InUseBy}'";

    private string Of(GpuReservation held) => string.Create(CultureInfo.InvariantCulture,
        $"held {held.Id} #{held.FencingNumber} {held.ComputerName}/[{List(held.GpuId)}] ({string.Join(' ', held.Device)}) {held.Provider} ")
        + string.Create(CultureInfo.InvariantCulture,
        $"{held.Share:0.####} {held.Memory} {held.User}/{held.ActualUser} {held.Kind} '{held.Note}' {held.Lease} {held.Holder} ")
        + $"{Time(held.Since)} {Time(held.LastHeartbeat)} {Time(held.Expires)}";

    private string Of(GpuQueueEntry entry) =>
        $"line {entry.ComputerName} {entry.Position} {entry.Id} {entry.User}/{entry.ActualUser} {entry.Demand} {entry.Kind} '{entry.Note}' "
        + $"{entry.Holder} {Time(entry.Since)} {Time(entry.LastHeartbeat)}";

    // A timed reservation outlives its process: to list it among the claims of processes or not is the store's choice.
    private static string Of(IReadOnlyList<Claim> claims) => string.Join(' ', claims.Select(claim => claim.Id).Where(IsNotTimed).Order(StringComparer.Ordinal));

    private static bool IsNotTimed(string id) => !id.EndsWith('t');

    private string Time(DateTime time) => showTimes ? time.ToString("dd HH:mm:ss.fff", CultureInfo.InvariantCulture) : "";

    private string End(DateTimeOffset? end) => end is { } time ? $"until {Time(time.LocalDateTime)}" : "running";

    private static string List(IEnumerable<int> gpus) => string.Join(',', gpus.Order());

    private static string Lines(IEnumerable<string> lines) => string.Join("\n", lines.Order(StringComparer.Ordinal));
}
