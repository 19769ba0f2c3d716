using System.Security.Cryptography;

namespace GpuOps.Pools.Reservations;

/// <summary>Makes ids for requests.</summary>
public static class ReservationIds
{
    // Crockford's base 32: no letter that looks like a digit, so that an id can be read out.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>A new id: 12 characters with 60 random bits, unique for all practical time.</summary>
    public static string Next() => RandomNumberGenerator.GetString(Alphabet, 12);
}
