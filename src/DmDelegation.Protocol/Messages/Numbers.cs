namespace DmDelegation.Protocol;

internal static class Numbers
{
    // Digits of long.MaxValue: longer texts cannot be in range, so they are not even looked at.
    private const int MaxDigits = 19;

    /// <summary>A plain decimal number (digits only, no sign, no separators) from 0 to <paramref name="max"/>.</summary>
    public static bool TryDecimal(ReadOnlySpan<char> text, long max, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > MaxDigits || text.ContainsAnyExceptInRange('0', '9'))
            return false;
        return long.TryParse(text, out value) && value <= max;
    }
}
