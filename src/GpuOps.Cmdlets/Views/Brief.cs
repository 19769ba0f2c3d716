using System.Globalization;

namespace GpuOps.Cmdlets.Views;

/// <summary>Values in few characters, for the columns of <c>GpuOps.Format.ps1xml</c>. What is not known is empty.</summary>
public static class Brief
{
    /// <summary>A length of time in at most two units: <c>45s</c>, <c>5m</c>, <c>2h05m</c>, <c>3d4h</c>. Never negative.</summary>
    /// <param name="span">The length.</param>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < TimeSpan.TicksPerMinute } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)span.TotalSeconds)}s"),
        { Ticks: < TimeSpan.TicksPerHour } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m"),
        { Ticks: < TimeSpan.TicksPerDay } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours}h{span.Minutes:00}m"),
        { Days: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{span.Days}d{span.Hours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.Days}d"),
    };

    /// <summary>What somebody called a thing, as one line that does nothing to a terminal: control characters are <c>?</c>.</summary>
    /// <param name="text">What was written.</param>
    public static string Line(string? text) => string.Concat((text ?? "").Select(static c => char.IsControl(c) ? '?' : c));

    /// <summary>How long ago a moment was.</summary>
    /// <param name="moment">Local time.</param>
    public static string Ago(DateTime? moment) => moment is { } then ? Span(DateTime.Now - then) : "";

    /// <summary>How long until a moment.</summary>
    /// <param name="moment">Local time.</param>
    public static string Until(DateTime? moment) => moment is { } then ? Span(then - DateTime.Now) : "";

    /// <summary>Memory in use of all there is, in GB (powers of 1024, as the drivers count): <c>1.2/80 GB</c>.</summary>
    /// <param name="used">Bytes.</param>
    /// <param name="total">Bytes.</param>
    public static string Memory(long? used, long? total) => (used, total) switch
    {
        (null, null) => "",
        (null, { } all) => $"{Gigabytes(all, "0.#")} GB",
        ({ } some, null) => $"{Gigabytes(some, "0.0")} GB",
        ({ } some, { } all) => $"{Gigabytes(some, "0.0")}/{Gigabytes(all, "0.#")} GB",
    };

    /// <summary>A part in whole percents: <c>50%</c>; <c>&lt;1%</c> for less than one.</summary>
    /// <param name="part">0 to 1.</param>
    public static string Percent(decimal part) => part is > 0 and < 0.01m ? "<1%" : part.ToString("0%", CultureInfo.InvariantCulture);

    private static string Gigabytes(long bytes, string format) =>
        (bytes / (double)(1L << 30)).ToString(bytes >= 100L << 30 ? "0" : format, CultureInfo.InvariantCulture);
}
