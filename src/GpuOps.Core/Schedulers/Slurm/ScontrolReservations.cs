namespace GpuOps.Schedulers.Slurm;

/// <summary>Reservations as <c>scontrol show reservation</c> prints them, with or without <c>-o</c>.</summary>
internal static class ScontrolReservations
{
    private const string Head = "ReservationName=";

    /// <summary>Reads the reservations.</summary>
    /// <param name="text">What scontrol printed; <c>No reservations in the system</c> are none.</param>
    public static IReadOnlyList<SlurmChoice> Parse(string text)
    {
        var records = new List<Dictionary<string, string>>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Head, StringComparison.Ordinal)) records.Add([]);
            if (records.Count == 0) continue;
            foreach (var (key, value) in ScontrolText.Pairs(line, static _ => false)) records[^1].TryAdd(key, value);
        }

        return [.. records.Select(static record => new SlurmChoice(record["ReservationName"], Describe(record)))];
    }

    private static string Describe(Dictionary<string, string> record)
    {
        var (start, end) = (SlurmTime.Parse(record.GetValueOrDefault("StartTime")), SlurmTime.Parse(record.GetValueOrDefault("EndTime")));
        return $"{ScontrolText.Told(record.GetValueOrDefault("Nodes"))}, {start:g} to {end:g}";
    }
}
